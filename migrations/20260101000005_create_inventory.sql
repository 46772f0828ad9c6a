-- migrate:up
CREATE TABLE inventory (
    product_id BIGINT UNSIGNED NOT NULL,
    warehouse VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    quantity INT NOT NULL,
    reorder_level INT NOT NULL DEFAULT 0,
    last_counted_at DATETIME NULL,
    PRIMARY KEY (product_id, warehouse),
    CONSTRAINT inventory_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
    CONSTRAINT inventory_quantity_is_not_negative CHECK (quantity >= 0),
    CONSTRAINT inventory_reorder_level_is_not_negative CHECK (reorder_level >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- migrate:down
DROP TABLE inventory;
