from datetime import timedelta
from tests.browser import seeds
from tests.contract.harness import picture, FILES
from chalicelib.models import Entry
from chalicelib import clock
from chalicelib.store import accounts
from chalicelib.settings import client
from chalicelib import bucket, library

def pic(world, n):
    m, data = picture(f"{n}.png", width=500+n*30, height=400)
    up,_ = library.begin("home", f"lamp {n}.png", "image/png", len(data), clock.now())
    bucket.write(up.key, data, "image/png")
    return library.finish("home", up.id, clock.now()).media

def seed(site):
    w = site.world
    m, b, x, l = seeds.connected(w, "mastodon", "bluesky", "x", "linkedin")
    m2 = w.connect("mastodon", clock.now(), person=1)
    seeds.post(w, [m, b], "The lamps on the quay are lit from tonight on.\nCome and see.", hours=0.05)
    seeds.post(w, [m, b, x, l], "We wrote down how a post finds its way: one message, one claim, one receipt. https://example.com/how", hours=5)
    p1, p2 = pic(w,1), pic(w,2)
    seeds.post(w, [m], "Two lamps", hours=26, entries=(Entry(text="Two lamps", media=(p1,p2)), Entry(text="and a word about them", delay=60)))
    seeds.post(w, [b], "An early walk along the harbour", hours=75)
    seeds.post(w, [x, l], "Release day", hours=150)
    seeds.post(w, [m], "A thought that is not ready yet", hours=0, draft=True)
    for i, h in enumerate((-3, -20, -26, -50, -75, -120)):
        parts = seeds.post(w, [m, b] if i % 2 else [x], f"Something we said {abs(h)} hours ago", hours=h)
        for p in parts: seeds.settle(p, "published")
    f = seeds.post(w, [l, m], "Meet us at the fair", hours=-2)
    seeds.settle(f[0], "failed", "LinkedIn refused the picture: it is smaller than 552 × 276 pixels. Attach a larger one.", '{"status":422,"message":"INVALID_IMAGE"}')
    seeds.settle(f[1], "published")
    u = seeds.post(w, [x], "Is it out? Nobody can say.", hours=-1)
    seeds.settle(u[0], "unsure", "X took the post and the line was cut before it answered. It may be out.", "ReadError")
    h = seeds.post(w, [m2], "Waiting for Ben", hours=-0.5)
    seeds.settle(h[0], "held", "Reconnect Mastodon: its access has ended.")
    seeds.lose(m2, "Mastodon revoked our access.")
    return dict(f=f[0].post, u=u[0].post, t=None, m=m)

def test_shot(page, site):
    s = seed(site)
    u = site.url
    def shot(name, full=True):
        page.wait_for_timeout(400)
        page.screenshot(path=f"/tmp/shots/{name}.png", full_page=full)
    page.goto(u + "/"); shot("home")
    page.goto(u + "/failures"); shot("failures")
    page.goto(u + f"/posts/{s['f']}"); shot("post_failed")
    page.goto(u + f"/posts/{s['u']}"); shot("post_unsure")
    page.goto(u + "/calendar"); shot("month")
    page.click("text=Week"); shot("week")
    page.click("text=List"); shot("list")
    page.goto(u + "/compose"); shot("compose_empty")
    page.click("#all")
    page.fill("#entries textarea", "The lamps on the quay are lit. " * 10)
    page.wait_for_timeout(900)
    shot("compose_all")
    page.click("[role=tab]:nth-child(2)"); page.wait_for_timeout(300)
    page.fill("#entries textarea", "Only here.")
    page.wait_for_timeout(800); shot("compose_own")
    page.click("text=At a time"); page.wait_for_timeout(800); shot("compose_at")
    page.emulate_media(color_scheme="dark")
    shot("compose_dark")
    page.goto(u + "/"); shot("home_dark")
    page.goto(u + "/calendar"); shot("month_dark")
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="light")
    page.goto(u + "/"); shot("phone_home", False)
    page.goto(u + "/compose"); shot("phone_compose", False)
    page.goto(u + "/calendar"); shot("phone_calendar", False)
    page.goto(u + f"/posts/{s['f']}"); shot("phone_post", False)
