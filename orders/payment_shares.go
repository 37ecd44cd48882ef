package orders

import "math/bits"

// sharesOnline shares what households have paid online among the payees who are
// owed for it, by delivery: each line of counted goods by the part of its item
// that is paid online. What was paid by hand is shared out by hand.
func sharesOnline(payments []Payment) map[string]map[string]int64 {
	shares := map[string]map[string]int64{}
	for i := range payments {
		p := &payments[i]
		due, _ := p.Bill.items()
		covered := map[string]int64{}
		for _, c := range p.Covered {
			covered[c.Item] = c.Minor
		}
		came := map[string]string{} // item → the delivery that its counted goods came with
		for _, l := range p.Bill.owed() {
			if !isPayee(l.Account) {
				continue
			}
			if came[l.Item] == "" {
				came[l.Item] = l.Delivery
			}
			delivery := l.Delivery
			if delivery == "" {
				delivery = came[l.Item]
			}
			if shares[l.Account] == nil {
				shares[l.Account] = map[string]int64{}
			}
			shares[l.Account][delivery] += share(l.Minor, covered[l.Item], due[l.Item])
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
	hi, lo := bits.Mul64(uint64(minor), uint64(min(part, whole)))
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
