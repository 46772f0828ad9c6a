-- The shop. Foreign keys stand from the start, so that a load can never break them. InnoDB demands an index on the
-- referencing columns of each and makes a narrow one silently where there is none: orders(user_id),
-- order_items(order_id), order_items(product_id). No other secondary index exists. What is left to find is what a
-- foreign key does not ask for: products by category, orders by date and status, and the composites that serve a
-- filter together with its order (a user's newest orders, a category by price).

-- migrate:up
CREATE TABLE users (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    email VARCHAR(254) NOT NULL,
    full_name VARCHAR(200) NOT NULL,
    phone VARCHAR(32) NULL,
    address_line VARCHAR(255) NOT NULL,
    city VARCHAR(100) NOT NULL,
    postal_code VARCHAR(16) NOT NULL,
    country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 3166-1 alpha-2',
    bio TEXT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    UNIQUE KEY users_email (email),
    CONSTRAINT users_email_has_at CHECK (email LIKE '%_@_%'),
    CONSTRAINT users_country_is_upper CHECK (country = UPPER(country))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- migrate:down
DROP TABLE users;
