package chain

import (
	"cmp"
	"slices"
	"strings"
)

// segments cuts the bits where the text between them separates: 原味2，水果1. One
// item and one amount belong together wherever they stand, and 各1份 is of every item named.
func segments(d *draft, bits []bit) [][]bit {
	mentions, amounts, each := count(bits)
	if len(bits) == 0 {
		return nil
	}
	if mentions == 1 && amounts == 1 || each {
		return [][]bit{bits}
	}
	var out [][]bit
	current := []bit{bits[0]}
	for i, b := range bits[1:] {
		between := string(d.text[bits[i].end:b.start])
		label := bits[i].mention != nil && b.amount != nil && strings.Contains(between, "\n") // 商品：鸡蛋, and 数量：1 below
		if strings.ContainsAny(between, "，,、;；/\n和&") && !label {
			out = append(out, current)
			current = nil
		}
		current = append(current, b)
	}
	return append(out, current)
}

func count(bits []bit) (mentions, amounts int, each bool) {
	for _, b := range bits {
		if b.mention != nil {
			mentions++
		} else {
			amounts++
			each = each || b.amount.each
		}
	}
	return mentions, amounts, each
}

// pair brings amounts and items of one segment together.
//
//	原味2水果1   item before amount
//	2原味1水果   amount before item
//	原味2 水果   what stands together is together; the other is one
//	原味2水果    asked: the 2 could be of either
func (p *parser) pair(bits []bit, d *draft) ([]Want, []Ask) {
	mentions, amounts, each := count(bits)
	switch {
	case each && mentions == 0 && d.loneLetter(bits[0].start): // A+B 各一, of goods that have no codes
		return nil, []Ask{{Code: AskWhichItem, Items: p.itemIDs(nil), Text: span(d, bits)}}
	case each:
		return p.pairEach(bits)
	case mentions == 0 && amounts == 1:
		return p.bare(*bits[0].amount, d)
	case amounts == 0:
		return p.pairUp(bits, nil, d)
	case mentions == amounts && alternates(bits):
		return p.pairUp(bits, bits[0].amount, d)
	case mentions > amounts:
		return p.pairTouching(bits, d)
	}
	return nil, []Ask{{Code: AskPairing, Text: span(d, bits)}}
}

func span(d *draft, bits []bit) string {
	return string(d.text[bits[0].start:bits[len(bits)-1].end])
}

func alternates(bits []bit) bool {
	for i := 1; i < len(bits); i++ {
		if (bits[i].mention == nil) == (bits[i-1].mention == nil) {
			return false
		}
	}
	return true
}

// bare reads an amount without an item.
func (p *parser) bare(a amount, d *draft) ([]Want, []Ask) {
	if p.sold >= 0 && len(p.menu.items) > 1 {
		return p.want(mention{items: []int{p.sold}}, &a, d)
	}
	if len(p.menu.items) != 1 {
		return nil, []Ask{{Code: AskWhichItem, Items: p.soldBy(a.unit), Text: string(d.text[a.start:a.end])}}
	}
	return p.want(mention{items: []int{0}}, &a, d)
}

// pairUp pairs neighbours; first is the amount that the segment begins with, if it does.
func (p *parser) pairUp(bits []bit, first *amount, d *draft) (wants []Want, asks []Ask) {
	step := 2
	if _, amounts, _ := count(bits); amounts == 0 {
		step = 1
	}
	for i := 0; i+step-1 < len(bits); i += step {
		var hit *mention
		var a *amount
		switch {
		case step == 1:
			hit = bits[i].mention
		case first != nil:
			hit, a = bits[i+1].mention, bits[i].amount
		default:
			hit, a = bits[i].mention, bits[i+1].amount
		}
		w, q := p.want(*hit, a, d)
		wants, asks = append(wants, w...), append(asks, q...)
	}
	return wants, asks
}

// pairTouching pairs amounts with the one item that they touch; other items count once.
func (p *parser) pairTouching(bits []bit, d *draft) (wants []Want, asks []Ask) {
	of := map[int]*amount{}
	for i, b := range bits {
		if b.amount == nil {
			continue
		}
		left := i > 0 && bits[i-1].mention != nil && bits[i-1].end == b.start
		right := i+1 < len(bits) && bits[i+1].mention != nil && bits[i+1].start == b.end
		switch {
		case left && !right && of[i-1] == nil:
			of[i-1] = b.amount
		case right && !left:
			of[i+1] = b.amount
		default:
			return nil, []Ask{{Code: AskPairing, Text: span(d, bits)}}
		}
	}
	for i, b := range bits {
		if b.mention != nil {
			w, q := p.want(*b.mention, of[i], d)
			wants, asks = append(wants, w...), append(asks, q...)
		}
	}
	return wants, asks
}

func (p *parser) pairEach(bits []bit) (wants []Want, asks []Ask) {
	at := slices.IndexFunc(bits, func(b bit) bool { return b.amount != nil && b.amount.each })
	a := *bits[at].amount
	mentions, _, _ := count(bits)
	if of := cmp.Or(mentions, len(p.menu.items)); a.of > 0 && a.of != of {
		return nil, []Ask{{Code: AskPairing}}
	}
	alone := func(i int) bool { return i < len(bits) && bits[i].amount != nil && !bits[i].amount.each }
	shared := 0
	for i, b := range bits {
		switch {
		case b.mention != nil && alone(i+1): // the 鸡蛋2 of 鸡蛋2，牛奶和大米各1
			w, q := p.want(*b.mention, bits[i+1].amount, nil)
			wants, asks = append(wants, w...), append(asks, q...)
		case b.mention != nil:
			shared++
			w, q := p.want(*b.mention, &a, nil)
			wants, asks = append(wants, w...), append(asks, q...)
		case alone(i) && (i == 0 || bits[i-1].mention == nil), b.amount.each && shared == 0 && mentions > 0 && i > 0:
			return nil, []Ask{{Code: AskPairing}}
		}
	}
	if mentions == 0 {
		for i := range p.menu.items {
			w, q := p.want(mention{items: []int{i}}, &a, nil)
			wants, asks = append(wants, w...), append(asks, q...)
		}
	}
	return wants, asks
}

// manyBare is the most that a number without a counting word is believed: 75 alone is a price as often.
const manyBare = 30

// want checks one item with its amount; none says one.
func (p *parser) want(hit mention, a *amount, d *draft) ([]Want, []Ask) {
	if a == nil {
		a = &amount{n: 1}
	}
	text := ""
	if d != nil && a.end > 0 {
		text = string(d.text[a.start:a.end])
	}
	if len(hit.items) != 1 {
		return nil, []Ask{{Code: AskWhichItem, Items: p.itemIDs(hit.items), Text: text}}
	}
	item := &p.menu.items[hit.items[0]]
	switch {
	case a.unclear:
		return nil, []Ask{{Code: AskPairing, Items: []string{item.ID}, Text: text}}
	case a.half:
		return nil, []Ask{{Code: AskHalf, Items: []string{item.ID}, Text: text}}
	case a.n < 1 || a.n > MaxQuantity || a.n > manyBare && a.unit == "" && !a.each:
		return nil, []Ask{{Code: AskTooMany, Items: []string{item.ID}, Text: text}}
	case !item.fits(a.n, a.unit):
		return []Want{{item.ID, a.n}}, []Ask{{Code: AskUnit, Items: []string{item.ID}, Text: text}}
	}
	return []Want{{item.ID, a.n}}, nil
}

// soldBy gives the items that are counted by this very word, or all.
func (p *parser) soldBy(unit string) []string {
	some := []int{}
	for i, item := range p.menu.items {
		if slices.Contains(item.Units, unit) {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		return p.itemIDs(nil)
	}
	return p.itemIDs(some)
}

// itemIDs gives the ids of some items, or of all.
func (p *parser) itemIDs(some []int) []string {
	ids := []string{}
	for i, item := range p.menu.items {
		if some == nil || slices.Contains(some, i) {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

// merge adds up wants of one item, in the order of their first mention.
func merge(wants []Want) []Want {
	out := []Want{}
	for _, w := range wants {
		at := slices.IndexFunc(out, func(o Want) bool { return o.Item == w.Item })
		if at < 0 {
			out = append(out, w)
			continue
		}
		out[at].Quantity += w.Quantity
	}
	return out
}

func sum(wants []Want) int64 {
	var n int64
	for _, w := range wants {
		n += w.Quantity
	}
	return n
}
