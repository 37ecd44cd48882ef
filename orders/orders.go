// Package orders knows who wants what and what they owe.
//
// Documents: GroupBuy (a building's joint order), Campaign (one round for every
// building of a compound), ledger entries, claims. Joining is one atomic step on
// the group buy: the state, the deadline, the household's limit and the sorting
// space are checked where they are written. A round whose minimum fails always
// has the outcome that its leader chose when it opened. The package refuses what
// is closed, over a limit, or another scope's.
package orders
