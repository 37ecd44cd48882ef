package fulfillment

import "testing"

func TestPolite(t *testing.T) {
	for name, want := range map[string]string{
		"陈小雨": "陈家", "周奶奶": "周奶奶", "老李": "老李", "小周": "小周", "王姐": "王姐", "彭家": "彭家", "李": "李家", "阿明明": "阿家",
		"欧阳修": "欧阳家", "欧阳老师": "欧阳老师", " 张 伟 ": "张家", "Auntie Zhou": "Auntie Zhou", "Mr. John Smith": "Mr. Smith", "Sam Wu": "Wu family",
		"CANARYNAME": "CANARYNAME family", "": "", "  ": "",
	} {
		if got := polite(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
