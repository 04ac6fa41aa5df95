"""Scopes in words: ``decoder/layer.1/cross_attention`` as “Decoder layer 2, cross-attention”."""

from cutaway.graph import Title
from cutaway.render import glossary

KNOWN = {
    **glossary.SCOPES,
    "self_attention": glossary.SELF,
    "cross_attention": glossary.CROSS,
    "attention": glossary.ATTENTION,
}
COUNTED = {"layer", "block"}  # scopes whose numbers are said, from 1


def spoken(scopes: str) -> Title:
    """Return what a scope is called, with those around it; unknown ones by their own names.

    Examples
    --------
    >>> spoken("decoder/layer.0/self_attention")
    Title(en='Decoder layer 1, self-attention', zh='解码器第 1 层，自注意力')
    >>> spoken("mine/attention").en
    'mine, attention'
    >>> spoken("attention")
    Title(en='Attention', zh='注意力')
    """
    english, chinese = "", ""
    for scope in scopes.split("/"):
        name, _, number = scope.partition(".")
        title = KNOWN.get(name, Title(scope, scope))
        if name in COUNTED and number.isdecimal():
            place = int(number) + 1
            english += f" {name} {place}" if english else f"{title.en} {place}"
            chinese += f"第 {place} 层"
        else:
            english += f", {title.en}" if english else _begun(title.en, name)
            chinese += f"，{title.zh}" if chinese else title.zh
    return Title(english, chinese)


def _begun(text: str, name: str) -> str:
    """Return what a title begins with; names that a model gives are left as they are."""
    return text[:1].upper() + text[1:] if name in KNOWN else text
