"""Single requests, and the checks made of them: what is counted fast must first be right."""

import string
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

TEXT = "x" * 200
SET = f"/set_session?user_id=6666&name=itcast&text={TEXT}"
STEPS = 50
CLIENTS = 8
SWAPPED = str.maketrans(string.ascii_letters, string.ascii_letters.swapcase())


def fetch(url, cookie=None):
    """One request: status, body, and the session cookie that was set, if one was. Status 0: no answer."""
    request = urllib.request.Request(url)
    if cookie:
        request.add_header("Cookie", cookie)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            lines = answer.headers.get_all("Set-Cookie") or []
            return answer.status, answer.read().decode(), lines[0].split(";")[0] if lines else None
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), None
    except OSError as silence:
        return 0, str(silence), None


def new_session(base):
    """A session as the benchmark uses it: its cookie."""
    status, body, cookie = fetch(base + SET)
    if (status, body) != (200, "set_session") or not cookie:
        raise RuntimeError(f"/set_session answered {status} {body!r}, cookie {cookie}")
    return cookie


def count(base, cookie):
    """Increments the counter: its value, or 0 if that failed."""
    status, body, _ = fetch(base + "/update_session", cookie)
    return int(body.removeprefix("counter:")) if status == 200 else 0


def alive(base, cookie):
    return fetch(base + "/get_session", cookie)[:2] == (200, "get_session:6666")


def forged(cookie):
    """The cookie with another secret: as long, and signed by nobody."""
    name, value = cookie.split("=", 1)
    return f"{name}={value.translate(SWAPPED)}"


def wrong_answers(base):
    """What one client at a time is told wrong: a sentence for each."""
    wrong = []

    def expect(wanted, path, cookie):
        status, body, _ = fetch(base + path, cookie)
        if (status, body) != (200, wanted):
            wrong.append(f"{path} answered {status} {body[:60]!r}, not {wanted!r}")

    expect("hello", "/plain", None)
    cookie = new_session(base)
    expect("get_session:6666", "/get_session", cookie)
    expect("get_session:None", "/get_session", forged(cookie))
    expect("counter:1", "/update_session", cookie)
    expect("del_session", "/del_session", cookie)
    expect("get_session:None", "/get_session", cookie)
    return wrong


def increments(base, clients):
    """STEPS increments a client of one session that so many use at once: those lost, those refused."""
    cookie = new_session(base)
    with ThreadPoolExecutor(clients) as pool:
        told = sum(one > 0 for one in pool.map(lambda _: count(base, cookie), range(clients * STEPS)))
    return max(0, told + 1 - count(base, cookie)), clients * STEPS - told
