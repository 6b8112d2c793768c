from stenofleet_deploy.dashboards.proof import Proof, expression


def test_a_query_is_asked_for_every_namespace_and_pool() -> None:
    query = 'rate(x_total{namespace=~"$namespace",pool=~"$pool"}[$__rate_interval])'
    assert expression(query, 20) == 'rate(x_total{namespace=~".*",pool=~".*"}[20s])'


def test_a_dashboard_tells_how_many_panels_have_data_and_names_the_others() -> None:
    told = str(Proof("API", ("Requests", "Uploads", "Streams"), ("Uploads",)))
    assert told == "API: 2 of 3 panels returned data; none: Uploads"


def test_a_dashboard_that_is_full_names_none() -> None:
    assert str(Proof("API", ("Requests",), ())) == "API: 1 of 1 panels returned data"
