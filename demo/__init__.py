"""What the bank needs around it to be tried out: another bank to pay, and people with accounts."""
