"""Customer: who the bank's customers are, and how far each is known.

Owns     customers with their addresses, status and KYC state; identity numbers, encrypted
Handles  CreateCustomer, UpdateCustomer, ChangeIdentityNumbers, ChangeCustomerStatus, ChangeKyc
         GetCustomer, GetSealingKey, ListCustomers
Tells    CustomerCreated, CustomerUpdated, CustomerStatusChanged
Always   one customer per e-mail, phone and identity number; an identity number comes here sealed
         and leaves masked; a closed customer stays closed
"""
