"""What the transaction service can be asked and told.

history          the searchable history of money movements
standing_orders  transfers that are made again and again, or later
"""
