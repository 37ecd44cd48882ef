package chain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goods reads what a row orders: an item and a quantity, a quantity under each
// item, or one cell that lists them.
func (t *table) goods(i int, e *Entry) {
	switch {
	case len(t.products) > 0:
		for at := range t.cells[i] {
			item, ok := t.products[at]
			if !ok || nothing(t.cells[i][at]) {
				continue
			}
			if id := t.menu.items[item].ID; slices.ContainsFunc(e.Wants, func(w Want) bool { return w.Item == id }) { // two columns of one item
				e.Wants = slices.DeleteFunc(e.Wants, func(w Want) bool { return w.Item == id })
				e.ask(Ask{Code: AskPairing, Items: []string{id}, Text: t.cells[i][at]})
				continue
			}
			t.take(i, e, item, t.cells[i][at])
		}
	case t.has(colItem) && t.has(colQuantity):
		wants, asks, counted := t.list(i)
		if n, problem := quantity(t.cell(i, colQuantity)); counted && len(asks) == 0 && problem == "" && len(wants) > 1 && sum(wants) == n { // 鸡蛋*2;牛奶*1, 3
			e.Wants = merge(append(e.Wants, wants...))
			t.count(n)
			return
		}
		t.take(i, e, t.named(i), t.cell(i, colQuantity))
	case t.has(colItem):
		wants, asks, counted := t.list(i)
		if len(wants) > 0 && !counted {
			wants, asks = nil, []Ask{{Code: AskQuantity, Text: t.cell(i, colItem)}}
		}
		e.Wants, e.Questions = merge(append(e.Wants, wants...)), append(e.Questions, asks...)
		t.count(sum(wants))
	case len(t.menu.items) == 1:
		t.take(i, e, 0, t.cell(i, colQuantity))
	default:
		t.take(i, e, t.itemOf(title(t.file)), t.cell(i, colQuantity))
	}
}

func (t *table) count(n int64) { t.sum, t.part = t.sum+n, t.part+n }

// list reads a cell that lists goods, and tells whether it says how many.
func (t *table) list(i int) (wants []Want, asks []Ask, counted bool) {
	d := newDraft(t.cell(i, colItem) + " " + t.cell(i, colSpec))
	wants, asks, _ = t.wants(d, 0, nil)
	return wants, asks, slices.ContainsFunc(d.claims, func(c claim) bool { return c.kind == PartQuantity })
}

// nothing tells whether a cell under an item says that none is ordered.
func nothing(cell string) bool {
	text := strings.TrimSpace(foldText(cell))
	return text == "" || strings.Trim(text, "-—/") == "" || strings.Trim(text, "0.") == ""
}

// named gives the item of a row: by its name with its kind, by the name alone, or by the kind alone.
func (t *table) named(i int) int {
	name, spec := t.cell(i, colItem), t.cell(i, colSpec)
	for _, text := range []string{name + " " + spec, name, spec} {
		for n, item := range t.menu.items {
			if text = strings.TrimSpace(text); text != "" && (foldText(text) == foldText(item.NameZh) || foldText(text) == foldText(item.NameEn)) {
				return n
			}
		}
	}
	if item := t.itemOf(name + " " + spec); item >= 0 {
		return item
	}
	return t.itemOf(name)
}

// take adds a row's quantity of an item, or the question that it raises.
func (t *table) take(i int, e *Entry, item int, cell string) {
	n, problem := quantity(cell)
	if problem == "" {
		t.count(n)
	}
	switch {
	case item < 0:
		e.ask(Ask{Code: AskWhichItem, Items: t.itemIDs(nil), Text: strings.TrimSpace(t.cell(i, colItem) + " " + strings.TrimSpace(cell))})
	case problem != "":
		e.ask(Ask{Code: problem, Items: []string{t.menu.items[item].ID}, Text: strings.TrimSpace(cell)})
	case n < 1 || n > MaxQuantity:
		e.ask(Ask{Code: AskTooMany, Items: []string{t.menu.items[item].ID}, Text: strings.TrimSpace(cell)})
	default:
		e.Wants = merge(append(e.Wants, Want{t.menu.items[item].ID, n}))
	}
}

// quantity reads a cell of whole things: 2, 2.0, 2份, 两份. The problem is a question's code.
func quantity(cell string) (n int64, problem string) {
	text := strings.TrimSpace(foldText(cell))
	if strings.HasPrefix(text, "=") {
		return 0, AskFormula
	}
	digits := strings.TrimRight(text, "份件板箱袋盒瓶包个桶斤盘只套 ")
	whole, fraction, _ := strings.Cut(digits, ".")
	if strings.Trim(fraction, "0") != "" && onlyDigits(fraction) {
		return 0, AskHalf
	}
	if len(whole) > 9 {
		return 0, AskTooMany
	}
	v, err := strconv.ParseInt(whole, 10, 64)
	if err == nil {
		return v, ""
	}
	runes := []rune(digits) // 两份
	n, end, half, _, ok := numberAt(runes, 0)
	if !ok || half || end < len(runes) {
		return 0, AskQuantity
	}
	return n, ""
}

// doubts asks about rows that the sheet itself says are refunded or not paid, and about formulas.
func (t *table) doubts(i int, e *Entry) {
	refund, status := t.cell(i, colRefund), t.cell(i, colStatus)
	if strings.ContainsAny(refund, "123456789") || notBought.MatchString(notRefunded.ReplaceAllString(foldText(status), "")) {
		e.ask(Ask{Code: AskRefunded, Text: strings.TrimSpace(status + " " + refund)})
	}
	for _, c := range []column{colName, colAddress, colRoom, colBuilding, colItem} {
		if strings.HasPrefix(t.cell(i, c), "=") {
			e.ask(Ask{Code: AskFormula, Text: t.cell(i, c)})
		}
	}
}

var (
	notBought   = regexp.MustCompile(`退|取消|关闭|失效|未支付|待支付|未付|待付|refund|cancel|closed|unpaid`)
	notRefunded = regexp.MustCompile(`(?:未|无|没有|无需)(?:申请)?退款?|not refunded`)
)
