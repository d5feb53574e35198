-- name: order_put
INSERT INTO orders (shop, order_no, customer_ref, paid_minor, currency) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (shop, order_no) DO UPDATE
SET (customer_ref, paid_minor, currency) = (excluded.customer_ref, excluded.paid_minor, excluded.currency)

-- name: order_get
SELECT paid_minor, committed_minor, currency FROM orders WHERE shop = $1 AND order_no = $2
