package people

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the proxies that stand before the service and whose
// word on where a request came from is believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks: 10.0.0.5, 172.16.0.0/12.
func ParseProxies(list []string) (Proxies, error) {
	var all Proxies
	for _, text := range list {
		network, err := netip.ParsePrefix(text)
		if addr, e := netip.ParseAddr(text); e == nil {
			network, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no address or network of a proxy, such as 10.0.0.5 or 172.16.0.0/12", text)
		}
		all = append(all, network)
	}
	return all, nil
}

// client gives the address that a request came from. Each proxy adds the address
// that it was asked by to X-Forwarded-For, so the last one that is no proxy of ours
// is the client; what stands before it is the client's own invention.
func (p Proxies) client(remote, forwarded string) string {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	at := from.Addr().Unmap()
	for _, hop := range slices.Backward(strings.Split(forwarded, ",")) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !p.trust(at) {
			break
		}
		at = next.Unmap()
	}
	return at.String()
}

func (p Proxies) trust(at netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(at) })
}
