"""What the producer knows of orders: their CSV file, their events and faults, made-up orders."""
