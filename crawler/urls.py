"""One form of a URL, so that a page is asked once. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

from crawler.addresses import Refused

LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_NOISE = re.compile(r"^(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|utm_\w+)$", re.IGNORECASE)
_BEFORE_QUESTION = re.compile(r"^[^?#]+")
_SAFE = "/!$&'()*+,;=:@~-._"


def normal(url: str, base: str = "", *, encoding: str = "utf-8") -> str:
    """The form in which a URL is kept: absolute, host in lower case, no default port, fragment or session; parameters sorted.

    As browsers read it (WHATWG URL): strokes of Windows before the question are /, Chinese in the path is UTF-8, behind the
    question mark it is of the ``encoding`` of the page where the link stands.

    >>> normal("../b.html;jsessionid=1A?y=2&x=1#top", "HTTP://WWW.QZ.GOV.CN:80/art/a.html")
    'http://www.qz.gov.cn/b.html?x=1&y=2'

    Raises :class:`~crawler.addresses.Refused` (stage ``address``) for another scheme, a user name, a broken or overlong URL.
    """
    try:
        parts = urlsplit(urljoin(base, _BEFORE_QUESTION.sub(_with_slashes, re.sub(r"[\t\r\n]", "", url.strip()))))
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise Refused(f"{url[:200]!r} is no URL: {error}", stage="address") from error
    if parts.scheme not in _PORTS or not host:
        raise Refused(f"{url[:200]!r} is no URL of http or https", stage="address")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"{host}: a URL with a user name is not asked", stage="address")
    place = f"[{host}]" if ":" in host else host
    if port and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    path = quote(unquote_to_bytes(_SESSION.sub("", parts.path)), safe=_SAFE) if "%" not in parts.path else _SESSION.sub("", _escaped(parts.path))  # fmt: skip
    found = urlunsplit((parts.scheme, place, path or "/", _query(parts.query, encoding), ""))
    if len(found) > LONGEST:
        raise Refused(f"{found[:80]}…: a URL of {len(found)} characters", stage="limit")
    return found


def _escaped(path: str) -> str:
    """Escapes in upper case, and what is not ASCII escaped; what is escaped stays so (%2F is no /)."""
    upper = re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), path)
    return quote(upper, safe=_SAFE + "%")


def _with_slashes(found: re.Match[str]) -> str:
    return found[0].replace("\\", "/")


def _query(query: str, encoding: str) -> str:
    query = quote(query, safe="=&%" + _SAFE, encoding=encoding, errors="replace")
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = sorted((pair for pair in pairs if not _NOISE.match(pair[0])), key=lambda pair: pair[0])
    return urlencode(kept, encoding="latin-1") if "=" in query else query


def host_of(url: str) -> str:
    """Host and, when it is not the scheme's own, port: what is asked one request at a time."""
    return urlsplit(url).netloc


def fault(url: str) -> str | None:
    """Why a URL looks like one of endlessly many: too deep, a part that returns, too many parameters."""
    parts = urlsplit(url)
    names = [name for name in parts.path.split("/") if name]
    if len(names) > 15:
        return f"its path has {len(names)} parts"
    most = max((names.count(name) for name in names), default=0)
    if most > 3:
        return f"a part of its path returns {most} times"
    if parts.query.count("&") > 11:
        return "it has more than 12 parameters"
    return None
