"""What the payment service can be asked and what it tells: payments to other banks by steps."""
