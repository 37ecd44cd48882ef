// Package money holds amounts as whole minor units of one currency. There are
// no floats: an amount is added, multiplied by a quantity and divided among
// households exactly, and what does not fit in 63 bits is refused.
package money

import (
	"fmt"
	"math/bits"

	"golang.org/x/text/currency"

	"baimi/app/fault"
)

// Amount is Minor units (fen, cents) of Currency, an ISO 4217 code such as CNY.
type Amount struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Of makes an amount.
func Of(minor int64, currency string) Amount { return Amount{minor, currency} }

// Known tells whether code is a currency's, as ISO 4217 writes it.
func Known(code string) bool {
	unit, err := currency.ParseISO(code)
	return err == nil && unit.String() == code
}

// Add gives a + b; both must be of one currency.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fault.New(fault.Invalid, "currency_mismatch", "An amount in %s cannot be added to one in %s.", b.Currency, a.Currency)
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, tooLarge()
	}
	return Amount{sum, a.Currency}, nil
}

// Times gives the price of n units.
func (a Amount) Times(n int64) (Amount, error) {
	minor, err := Times(a.Minor, n)
	return Amount{minor, a.Currency}, err
}

// Times multiplies minor units by a quantity, or refuses what does not fit.
func Times(minor, n int64) (int64, error) {
	hi, lo := bits.Mul64(magnitude(minor), magnitude(n))
	if hi != 0 || lo > 1<<63-1 {
		return 0, tooLarge()
	}
	if (minor < 0) != (n < 0) {
		return -int64(lo), nil
	}
	return int64(lo), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

func tooLarge() error {
	return fault.New(fault.Invalid, "amount_too_large", "The amount is too large to be counted.")
}

// Decimals gives how many decimals a currency is written with, by ISO 4217.
func Decimals(code string) int {
	switch code {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// Decimal writes the number as people do: 1880 CNY is 18.80, 1880 JPY is 1880.
func (a Amount) Decimal() string {
	digits := Decimals(a.Currency)
	s := fmt.Sprintf("%0*d", digits+1, magnitude(a.Minor))
	if digits > 0 {
		s = s[:len(s)-digits] + "." + s[len(s)-digits:]
	}
	if a.Minor < 0 {
		return "-" + s
	}
	return s
}

// String shows the amount with its currency, for logs and exports.
func (a Amount) String() string { return a.Decimal() + " " + a.Currency }
