package orders

import "time"

// AdjustmentKind says what an Adjustment does to its line.
type AdjustmentKind string

const (
	NewUnitPrice AdjustmentKind = "price"  // Minor is the price of each unit
	Weighed      AdjustmentKind = "weight" // Minor is the price of all units of the line
	ClaimGranted AdjustmentKind = "claim"  // Minor is taken off
)

// Adjustment changes what a line costs after it was delivered. The last price
// or weight counts; claims add up. A line never costs less than nothing or
// more than its item's cap.
type Adjustment struct {
	ID     string         `json:"id"` // of the claim or request that made it; the same twice counts once
	Kind   AdjustmentKind `json:"kind" enum:"price,weight,claim"`
	Minor  int64          `json:"minor"`
	Bearer string         `json:"bearer,omitempty"` // ledger account that bears a claim; empty: the supplier
	Reason string         `json:"reason"`
	By     string         `json:"by"` // account
	At     time.Time      `json:"at"`
}
