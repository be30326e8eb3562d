def test_x(world):
    r = world.ask("feature:policy-search-v1", subject="ana")
    print(r.status_code, r.headers, r.text)
    print(world.upstream.last)
    print(world.outcomes(r.headers["x-leverframe-call"]))
    assert 0
