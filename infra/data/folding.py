"""How texts are compared when somebody looks for one: without what people write in several ways.

`folded` is a function of the database, so that what is kept and what is looked for are folded by
the same rule: no case, no compatibility forms, no accents, no nukta, no joiners; and what stands
between words, such as apostrophes, dashes and points of every kind, is one space. U+001F, which no
text holds, stays: it parts texts that are folded together.
"""

FOLDING_DDL = r"""
create function folded(value text) returns text
    language sql immutable parallel safe
    return btrim(regexp_replace(
        case when octet_length(value) = char_length(value) then lower(value)
        -- Accents; nuktas from Devanagari to Kannada and of younger blocks; joiners; variants.
        else regexp_replace(lower(normalize(value, NFKD)),
            '[\u0300-\u036f\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\U000110ba\U00011173\U000111ca'
            '\U00011236\U000112e9\U0001133c\U00011446\U000114c3\U000115c0\U000116b7\U0001183a'
            '\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]', '', 'g') end,
        '[\u0001-\u001e @.,;:/()"+_`''\u00a0\u00b7\u02b9-\u02bd\u05be\u1680\u2010-\u201f\u2028'
        '\u2029\u2032\u2035\u2212\u3001\u3002\u30fb\u2800-]+', ' ', 'g'));
"""
