"""The other bank behind IMPS: it accepts, refuses, is silent or errs, by the number it is to pay.

behaviour  how it judges a transfer, as pure functions
memory     what it has judged and still has to say, in a journal that outlives a kill
serving    its orders and answers over the broker
"""
