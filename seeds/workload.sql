-- What the shop asks of its database. Read by `gannet advise --workload` and `gannet advise measure`.
-- A `-- name:` line names the statement that follows it.

-- name: user's orders with items and products
SELECT u.full_name, o.id, o.order_date, o.status, p.name, oi.quantity, oi.unit_price
FROM users AS u
JOIN orders AS o ON o.user_id = u.id
JOIN order_items AS oi ON oi.order_id = o.id
JOIN products AS p ON p.id = oi.product_id
WHERE u.id = 7
ORDER BY o.order_date DESC;

-- name: catalogue page of a category by price
SELECT id, name, price, currency
FROM products
WHERE category = 'Outdoor' AND is_active = 1
ORDER BY price
LIMIT 20;

-- name: a user's newest orders
SELECT id, order_date, status, total_amount
FROM orders
WHERE user_id = 42
ORDER BY order_date DESC
LIMIT 10;

-- name: items of an order
SELECT oi.product_id, p.name, oi.quantity, oi.unit_price, oi.discount
FROM order_items AS oi
JOIN products AS p ON p.id = oi.product_id
WHERE oi.order_id = 77;

-- name: units sold of a product
SELECT SUM(quantity) AS units, SUM(quantity * unit_price * (1 - discount)) AS revenue
FROM order_items
WHERE product_id = 12;

-- name: orders to ship, oldest first
SELECT id, user_id, order_date, total_amount
FROM orders
WHERE status = 'paid' AND order_date >= '2025-06-01' AND order_date < '2025-06-08'
ORDER BY order_date;

-- name: revenue of a day
SELECT COUNT(*) AS orders, SUM(total_amount) AS revenue
FROM orders
WHERE order_date >= '2025-03-10' AND order_date < '2025-03-11';

-- name: revenue by category in a week
SELECT p.category, SUM(oi.quantity * oi.unit_price) AS revenue
FROM orders AS o
JOIN order_items AS oi ON oi.order_id = o.id
JOIN products AS p ON p.id = oi.product_id
WHERE o.order_date >= '2025-05-01' AND o.order_date < '2025-05-08'
GROUP BY p.category
ORDER BY revenue DESC;

-- name: low stock in a warehouse
SELECT i.product_id, p.name, i.quantity, i.reorder_level
FROM inventory AS i
JOIN products AS p ON p.id = i.product_id
WHERE i.warehouse = 'BER' AND i.quantity < i.reorder_level
ORDER BY i.quantity
LIMIT 50;

-- name: newest orders of the shop
SELECT id, user_id, status, order_date
FROM orders
ORDER BY order_date DESC
LIMIT 25;
