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
// The package refuses, with an *Invalid that names the place: negative or
// overflowing amounts, tiers out of order, unknown or doubled ids. It never
// gives more than a lot holds, never charges above a cap, and never lets the
// sharing rule cost worth.
package matching
