// Package matching decides who serves whom: many building group orders, many
// suppliers' lots, which drops in which trips at which price. Numbers in, a plan
// out; it imports nothing of ours and knows no store and no clock but its budget.
//
// The problem is a multi-commodity capacitated facility location problem with
// fixed trip costs, minimum order quantities and all-units quantity discounts
// (one gate is Goossens et al. 2007, doi 10.1016/j.ejor.2005.12.029; with one
// product and no minimums it is the classic CFLP). A Market holds products,
// gates, suppliers, lots and demands; a Plan holds drops, their worth, an upper
// bound, and a checked reason for everything that is not served.
//
// How it is solved. A market falls apart into cells, one product at one gate,
// once every scarce thing has a price: units of stock, trips, room, and a share
// of a trip's cost for each lot that uses it (prices.go: Lagrangian relaxation,
// volume algorithm). The cells' values at these prices (relax.go) bound every
// plan. The plan itself comes from filling cells one by one almost exactly
// (fill.go: a dynamic programme over lots and tiers) at the converged prices, and
// from emptying and refilling some of them around a scarce lot, a gate or a
// supplier, again and again (search.go, gate.go: large neighbourhood search with
// simulated annealing). Plain markets, without minimums, tiers and trip costs,
// are transportation problems (flow.go) under a search for the suppliers to
// activate (locate.go, promise.go). Who gets scarce units among equals is decided
// last (share.go), so it never costs worth: first a floor, one unit for every
// household with a priority, then the market's rule.
//
// Solve makes a plan, Amend changes one in place with drops under way untouched,
// Check tells whether a plan keeps every rule and shares nothing with the search,
// and NextTiers, Pools and Merges advise leaders.
//
// The package refuses, with an *Invalid that names the place: negative or
// overflowing amounts, tiers out of order, unknown or doubled ids; and with
// *TooLarge a market that would not fit in memory. A lot whose smallest drop is
// larger than its stock is told (Doubts) and gives nothing. It never gives more
// than a lot holds, never charges above a cap, and never lets the sharing rule
// cost worth.
package matching
