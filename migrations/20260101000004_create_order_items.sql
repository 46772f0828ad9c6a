-- migrate:up
CREATE TABLE order_items (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    order_id BIGINT UNSIGNED NOT NULL,
    product_id BIGINT UNSIGNED NOT NULL,
    quantity SMALLINT UNSIGNED NOT NULL,
    unit_price DECIMAL(10, 2) NOT NULL,
    discount DECIMAL(4, 3) NOT NULL DEFAULT 0 COMMENT 'share of the price, 0 to 1',
    PRIMARY KEY (id),
    CONSTRAINT order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    CONSTRAINT order_items_product FOREIGN KEY (product_id) REFERENCES products (id),
    CONSTRAINT order_items_quantity_is_positive CHECK (quantity > 0),
    CONSTRAINT order_items_price_is_not_negative CHECK (unit_price >= 0),
    CONSTRAINT order_items_discount_is_share CHECK (discount BETWEEN 0 AND 1)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- migrate:down
DROP TABLE order_items;
