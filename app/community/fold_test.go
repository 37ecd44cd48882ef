package community

import (
	"testing"
	"unicode/utf8"
)

func TestFoldBringsTheWaysToWriteANameTogether(t *testing.T) {
	for written, want := range map[string]string{"蘭苑 １２號樓": "兰苑 12号楼", "Ｂ座": "b座", "梅苑": "梅苑", "聽雨軒": "听雨轩", " A ": "a"} {
		if got := fold(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
	for traditional, simple := range simplified { // orders/chain takes places in one text for places in the other
		if utf8.RuneLen(traditional) != utf8.RuneLen(simple) || simplified[simple] != 0 {
			t.Errorf("%c → %c", traditional, simple)
		}
	}
	if len(simplified) < 2000 {
		t.Errorf("%d pairs", len(simplified))
	}
}
