package orders

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"baimi/app/db"
)

func TestSpreadsheetsReadAnExportAndRunNothingOfIt(t *testing.T) {
	d := newDesk(t)
	book := d.Ledger
	post := func(id, currency string, minor int64, reason, note string) {
		t.Helper()
		err := book.Post(t.Context(), Entry{
			Doc: db.Doc{ID: id}, At: d.clock(), Kind: Reversal, Currency: currency, Reason: reason, Note: note,
			Postings: move(householdAccount(neighbour), "cash:lin", minor),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	post("e1", "CNY", 1880, "=HYPERLINK(\"http://evil\")", "鸡蛋, 少了\n两个")
	post("e2", "CNY", -5, "+1", "@SUM(A1)")
	post("e3", "JPY", 1880, "paid", "")
	s, err := book.Statement(t.Context(), householdAccount(neighbour), d.clock().Add(-time.Hour), d.clock().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var statement, whole bytes.Buffer
	if err := s.WriteCSV(&statement); err != nil {
		t.Fatal(err)
	}
	if err := book.WriteBook(t.Context(), &whole, time.Time{}, d.clock().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	rows := readCSV(t, statement.String())
	for i, want := range []string{
		"amount 18.80 balance 18.80 minor 1880 reason '=HYPERLINK(\"http://evil\") note 鸡蛋, 少了\n两个",
		"amount -0.05 balance 18.75 minor -5 reason '+1 note '@SUM(A1)",
		"amount 1880 balance 1880 minor 1880 reason paid note ",
	} {
		r := rows[i]
		if got := "amount " + r["amount"] + " balance " + r["balance"] + " minor " + r["minor"] + " reason " + r["reason"] + " note " + r["note"]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if sides := readCSV(t, whole.String()); len(sides) != 6 || sides[0]["amount"] != "-18.80" && sides[1]["amount"] != "-18.80" || sides[4]["amount"] == "18.80" {
		t.Errorf("the book is %v", sides)
	}
}

// readCSV reads a file that tells spreadsheets it is UTF-8, by the names in its first row.
func readCSV(t *testing.T, file string) []map[string]string {
	t.Helper()
	content, marked := strings.CutPrefix(file, "\ufeff")
	if !marked {
		t.Error("Excel will show Chinese as nonsense")
	}
	rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, name := range rows[0] {
			named[name] = row[i]
		}
		out = append(out, named)
	}
	return out
}
