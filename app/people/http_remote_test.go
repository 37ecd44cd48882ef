package people

import "testing"

func TestWhereARequestCameFrom(t *testing.T) {
	proxies, err := ParseProxies([]string{"10.0.0.5", "172.16.0.0/12"})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ remote, forwarded, want string }{
		"nobody stands between":               {"203.0.113.9:4711", "", "203.0.113.9"},
		"one who claims to be somebody else":  {"203.0.113.9:4711", "198.51.100.1", "203.0.113.9"},
		"a proxy of ours":                     {"10.0.0.5:4711", "203.0.113.9", "203.0.113.9"},
		"two proxies of ours":                 {"10.0.0.5:4711", "203.0.113.9, 172.18.0.2", "203.0.113.9"},
		"an invention that a proxy passes on": {"10.0.0.5:4711", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		"a proxy that says nothing":           {"10.0.0.5:4711", "", "10.0.0.5"},
		"a proxy that passes on no address":   {"10.0.0.5:4711", "unknown", "10.0.0.5"},
		"the same host in IPv6 clothes":       {"[::ffff:10.0.0.5]:4711", "2001:db8::7", "2001:db8::7"},
	} {
		if got := proxies.client(row.remote, row.forwarded); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
	if _, err := ParseProxies([]string{"proxy"}); err == nil {
		t.Error("a name is taken for an address")
	}
}
