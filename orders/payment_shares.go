package orders

import (
	"math/bits"
	"slices"
)

// sharesOnline shares what households have paid online among the payees who are
// owed for it, by delivery: each line of counted goods by the part of its item
// that is paid online. What was paid by hand is shared out by hand.
func sharesOnline(payments []Payment) map[string]map[string]int64 {
	shares := map[string]map[string]int64{}
	for i := range payments {
		p := &payments[i]
		due := p.Bill.items()
		covered := map[string]int64{}
		for _, c := range p.Covered {
			covered[c.Item] = c.Minor
		}
		for _, l := range p.Bill.owed() {
			if !isPayee(l.Account) {
				continue
			}
			if shares[l.Account] == nil {
				shares[l.Account] = map[string]int64{}
			}
			shares[l.Account][l.Delivery] += share(l.Minor, min(covered[l.Item], due[l.Item]), due[l.Item])
		}
	}
	return shares
}

// isPayee tells whether an account is that of somebody who is paid for goods.
func isPayee(account string) bool {
	kind, _ := owner(account)
	return kind == "supplier" || kind == "leader"
}

// share gives minor × part / whole, towards zero; nothing of a whole of nothing.
func share(minor, part, whole int64) int64 {
	if part <= 0 || whole <= 0 {
		return 0
	}
	if minor < 0 {
		return -share(-minor, part, whole)
	}
	hi, lo := bits.Mul64(uint64(minor), uint64(part))
	n, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(n)
}

// owedTo sums what each payee is owed for counted goods, however it was paid.
func owedTo(payments []Payment) map[string]int64 {
	owed := map[string]int64{}
	for i := range payments {
		for _, l := range payments[i].Bill.owed() {
			if isPayee(l.Account) {
				owed[l.Account] += l.Minor
			}
		}
	}
	return owed
}

// portion is what one delivery of one payee has brought of a line.
type portion struct {
	delivery, account string
	n, minor          int64 // units, and what they cost
}

type portions []portion

// with adds what one served part of the line brought.
func (ps portions) with(p portion) portions {
	i := slices.IndexFunc(ps, func(q portion) bool { return q.delivery == p.delivery && q.account == p.account })
	if i < 0 {
		return append(ps, p)
	}
	ps[i].n, ps[i].minor = ps[i].n+p.n, ps[i].minor+p.minor
	return ps
}

func (ps portions) units() (n int64) {
	for _, p := range ps {
		n += p.n
	}
	return n
}

func (ps portions) minor() (minor int64) {
	for _, p := range ps {
		minor += p.minor
	}
	return minor
}

// split shares an amount by what each portion costs, or by its units where all
// cost nothing. The shares sum to the amount.
func (ps portions) split(amount int64) []int64 {
	whole, weight := ps.minor(), func(p portion) int64 { return p.minor }
	if whole == 0 {
		whole, weight = ps.units(), func(p portion) int64 { return p.n }
	}
	shares, weighed, given := make([]int64, len(ps)), int64(0), int64(0)
	for i, p := range ps {
		weighed += weight(p)
		shares[i] = share(amount, weighed, whole) - given
		given += shares[i]
	}
	return shares
}
