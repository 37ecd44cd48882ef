package money

import (
	"math"
	"testing"

	"baimi/app/fault"
)

func TestAmountsAreWrittenAsTheirCurrencyIs(t *testing.T) {
	for _, row := range []struct {
		amount Amount
		want   string
	}{
		{Of(1880, "CNY"), "18.80"},
		{Of(5, "CNY"), "0.05"},
		{Of(0, "CNY"), "0.00"},
		{Of(-1880, "CNY"), "-18.80"},
		{Of(1880, "JPY"), "1880"}, // has no smaller unit
		{Of(-5, "JPY"), "-5"},
		{Of(1880, "KWD"), "1.880"}, // has thousandths
		{Of(math.MinInt64, "CNY"), "-92233720368547758.08"},
	} {
		if got := row.amount.Decimal(); got != row.want {
			t.Errorf("%d %s is %q, want %q", row.amount.Minor, row.amount.Currency, got, row.want)
		}
	}
	if got := Of(1880, "CNY").String(); got != "18.80 CNY" {
		t.Errorf("got %q", got)
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for _, row := range [][3]int64{{math.MaxInt64, 2, 0}, {math.MinInt64, 1, 0}, {-3, 4, -12}, {0, math.MaxInt64, 0}, {1 << 32, 1 << 30, 1 << 62}} {
		got, err := Times(row[0], row[1])
		if refused := row[2] == 0 && row[0] != 0; fault.Is(err, "amount_too_large") != refused || !refused && got != row[2] {
			t.Errorf("%d times %d is %d, %v", row[0], row[1], got, err)
		}
	}
	if _, err := Of(math.MaxInt64, "CNY").Add(Of(1, "CNY")); !fault.Is(err, "amount_too_large") {
		t.Errorf("got %v", err)
	}
	if _, err := Of(1, "CNY").Add(Of(1, "USD")); !fault.Is(err, "currency_mismatch") {
		t.Errorf("got %v", err)
	}
}
