package community

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// doubts are texts of which the reader must ask, or must leave alone, in the
// compound named first (home after a colon). Candidates follow =>.
const doubts = `
units | 12-2-301 | => 12/2-301
units | 12栋2单元301 | => 12/2-301
units | 3栋王姐 1 | no_room
units | 十二号楼 一份 | no_room
units | 12-301 | unit_missing => 12/1-301 12/2-301
units | 12301 | run_together => 1/1-... 12/1-301 12/2-301
units | 12-3-301 | no_such_door => 12/1-301 12/2-301
units | 12号楼1701 | no_such_door
units | 12栋2单元305 | no_such_door => 12/2-301
units | 12栋2单元310 | no_such_door => 12/2-301
units | 33号楼2单元301 | no_such_building => 3/2-301 13/2-301 23/2-301
units | 紫龙路500号12号楼2单元1501室 | => 12/2-1501
units | 紫龙路500号12号楼2单元1500室 | no_such_door => 12/2-1501
units | 银杏路7号2单元301 | other_place
units | 王五 一份 | no_address
units | 赵六2原味1水果 | no_address
units | 钱七 原味2水果1 | no_address
units | 李四 2份 | no_address
units | 李四 x2 | no_address
units | 4.18蔬菜团（58元/份）15:00截止 | no_address
units | 土豆 2 102元 | no_address
units | 22:14 王五 | no_address
units | 周周 （2桔1贡） | no_address
units | 收件人：周某 13800000000 | no_address
units | 12-2-301 帮 7-1-402 带 | two_addresses => 12/2-301 7/1-402
units | 12-2-301 同 12栋2单元301 | => 12/2-301
units | 12栋3楼2单元501 | no_room
units | 12栋2单元3楼501室 | floor_disagrees => 12/2-501
units | 十二2单元三零一 | run_together => 12/2-301
units | 廿三栋二单元三零一 | => 23/2-301
units | 二十三栋二单元一千五百零一室 | => 23/2-1501
units | 一十二栋二单元301 | => 12/2-301
units:12 | 2-301 | ambiguous => 12/2-301 2/1-301 2/2-301
units:12 | 2单元301 | => 12/2-301
units:12 | 2单元301 小周 1板 | => 12/2-301
units:12 | 301 小周 1板 | unit_missing => 12/1-301 12/2-301
units:12 | 1902室 | no_such_door => 12/1-102 12/1-902
units:12 | 小周 2份 302元 | no_address
units:12 | 7栋2单元301 | => 7/2-301
units:12 | 小周2份 | no_address
lanes | 828弄7号402 | => 828-7/1-402
lanes | 828弄7号楼402室 | => 828-7/1-402
lanes | 828-7-402 | => 828-7/1-402
lanes | 八百二十八弄七号四零二 | => 828-7/1-402
lanes | 七号四零二 | => 828-7/1-402
lanes | 紫龙路828弄7号402室 Sam | => 828-7/1-402
lanes | Lane 828 No. 7 Rm 402 | => 828-7/1-402
lanes | Lane 828, No.7, Room 402 | => 828-7/1-402
lanes | 830弄40号402 | => 830-40/1-402
lanes | 40号402 | => 830-40/1-402
lanes | 830弄7号402 | no_such_building => 828-7/1-402
lanes | 831弄7号402 | other_place => 828-7/1-402
lanes | 12301 | run_together
lanes | 1301 | run_together => 828-1/1-301
lanes | 十二三零一 | run_together => 828-12/1-301
lanes | 12-301-5 | more_numbers => 828-12/1-301
lanes | 12-301-2份 | => 828-12/1-301
lanes | 12楼301 | => 828-12/1-301
lanes | 3楼301 | ambiguous => 828-3/1-301
lanes | 12-1801 | => 828-12/1-1801
lanes | 12-1901 | no_such_door => 828-12/1-101 828-12/1-1101 828-12/1-1201
lanes | 12-031 | no_such_door
lanes:828-7 | 402 小周 1板 | => 828-7/1-402
lanes:828-7 | 小周 402 | => 828-7/1-402
lanes:828-7 | 402室 | => 828-7/1-402
lanes:828-7 | 四零二 小周 | => 828-7/1-402
lanes:828-7 | 12-301 | => 828-12/1-301
lanes:828-7 | 小周 402元 | no_address
lanes:828-7 | 4楼402 | => 828-7/1-402
blocks | B301 | => B/1-301
blocks | b301 | => B/1-301
blocks | Ｂ座３０１ | => B/1-301
blocks | Henry B 不要肥 | no_address
blocks | Henry B 2 | no_address
blocks | Lin a | no_address
blocks | A：猪肉 B：牛肉 C：鱼 | no_address
blocks | G301 | no_address
blocks | Block G 301 | no_address
blocks | 小B301 | person_or_place => B/1-301
blocks | 小王B301 | => B/1-301
blocks | 小王 B301 | => B/1-301
blocks | B座 王姐 | no_room
blocks | B1901 | no_address
blocks | B-1901 | no_such_door => B/1-101 B/1-1101 B/1-1201
trees | 梅301 | => 梅/1-301
trees | 梅苑301 | => 梅/1-301
trees | 梅苑 301室 | => 梅/1-301
trees | 李梅301 | person_or_place => 梅/1-301
trees | 李梅 1份 | no_address
trees | Plum Court 301 | => 梅/1-301
trees | Plum Court Rm 301 | => 梅/1-301
trees | Orchid 301 | => 兰/1-301
trees | 听雨轩1203 | => 听雨轩/1-1203
trees | 听雨轩1203，王阿姨 | => 听雨轩/1-1203
trees | 松苑 | no_room
trees | 四君子苑 松1806 | => 松/1-1806
`

// moreCompounds are kinds of compound beside the four of the forms.
func moreCompounds() map[string]*Compound {
	all := map[string]*Compound{
		"one":    {NameZh: "紫龙家园", Form: AddressForm{Prefixes: []string{"紫龙路500弄", "上海市浦东新区"}, BuildingZh: "号", NeverUnits: true}, Buildings: numbered(30, 18, 1, 6, "")},
		"bare":   {NameZh: "001号小区", NameEn: "Compound 001", Buildings: numbered(22, 18, 2, 4, "")},
		"garden": {NameZh: "绿城", Buildings: append(withNames(12, "香樟苑", "银杏阁", "海棠=海棠苑"), Building{No: "丹桂", Aliases: []string{"丹桂苑", "Osmanthus"}, Floors: 12, Units: 2, DoorsPerFloor: 6})},
		"old":    {NameZh: "老公房", Buildings: append(numbered(9, 6, 3, 4, ""), withNames(6, "1甲", "1乙", "12A", "12B")...)},
		"phases": {Form: AddressForm{LaneZh: "期", LaneEn: "Phase"}, Buildings: append(numbered(6, 12, 1, 4, "1"), numbered(5, 12, 1, 4, "2")...)},
		"groves": {Form: AddressForm{LaneZh: "苑", BuildingZh: "号"}, Buildings: slices.Concat(numbered(9, 6, 2, 2, "香樟"), numbered(9, 6, 2, 2, "桂花"), numbered(6, 11, 1, 4, "银杏"))},
		"houses": {Form: AddressForm{BuildingZh: "号"}, Buildings: numbered(60, 1, 1, 1, "")},
		"pairs":  {NameZh: "双子星城", Form: AddressForm{Prefixes: []string{"银桥路9弄"}, BuildingZh: "栋"}, Buildings: withNames(18, "A1", "A2", "A3", "A12", "B1", "B2", "C1")},
		"alley":  {NameZh: "德兴里", Form: AddressForm{Prefixes: []string{"德兴路35弄"}, BuildingZh: "号"}, Buildings: numbered(20, 3, 1, 2, "")},
		"side":   {NameZh: "愚园坊", Form: AddressForm{Prefixes: []string{"愚园路608弄"}, LaneZh: "支弄", BuildingZh: "号", NeverUnits: true}, Buildings: append(numbered(9, 3, 1, 2, "1"), numbered(9, 3, 1, 2, "3")...)},
		"wide":   {Form: AddressForm{BuildingZh: "号楼"}, Buildings: []Building{{No: "1", Floors: 33, Units: 1, DoorsPerFloor: 12}, {No: "2", Floors: 33, Units: 1, DoorsPerFloor: 12}, {No: "5", Floors: 6, Units: 4, DoorsPerFloor: 2}}},
		"areas":  {Form: AddressForm{LaneZh: "区"}, Buildings: slices.Concat(numbered(6, 12, 1, 4, "东"), numbered(5, 12, 1, 4, "西"), numbered(5, 12, 1, 4, "A"))},
	}
	for i := range all["alley"].Buildings {
		all["alley"].Buildings[i].MoreRooms = []string{"前楼", "亭子间", "2楼前"}
	}
	all["one"].Buildings[11].MoreRooms = []string{"1500", "B1", "301A", "G01"}
	for _, k := range kinds() {
		all[k.name] = k.compound
	}
	return all
}

func TestReadAsksWhereItIsNotSure(t *testing.T) {
	more, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	byName, readers := moreCompounds(), map[string]*Reader{}
	for line := range strings.Lines(strings.TrimSpace(doubts + string(more))) {
		if !strings.Contains(line, " | ") {
			continue
		}
		parts := strings.SplitN(strings.TrimSuffix(line, "\n")+" ", " | ", 3)
		place, home, _ := strings.Cut(parts[0], ":")
		doubt, listed, _ := strings.Cut(parts[2], "=>")
		if readers[parts[0]] == nil {
			readers[parts[0]] = byName[place].Reader(home)
		}
		got := readers[parts[0]].Read(parts[1])
		if want := Doubt(strings.TrimSpace(doubt)); got.Doubt != want {
			t.Errorf("%s: %q: %+v, want %q", parts[0], parts[1], got, want)
			continue
		}
		for _, want := range strings.Fields(listed) {
			among := func(d Door) bool { return d.String() == want }
			if got.Door != nil && !among(*got.Door) || got.Door == nil && !strings.Contains(want, "...") && !slices.ContainsFunc(got.Candidates, among) {
				t.Errorf("%s: %q: %+v, want %s", parts[0], parts[1], got, want)
			}
		}
	}
}

func TestAPairIsAUnitWhereTheCompoundSaysSo(t *testing.T) {
	c := *kinds()[1].compound
	c.Form.PairIsUnit = true
	r := c.Reader("12")
	if got := r.Read("2-301 小周"); got.Door == nil || *got.Door != (Door{"12", "2", "301"}) {
		t.Errorf("%+v", got)
	}
	if got := r.Read("7-301 小周"); got.Doubt != UnitMissing || got.Building != "7" {
		t.Errorf("building 7 is no unit of 12: %+v", got)
	}
}

func TestMoreRoomsAreDoors(t *testing.T) {
	c := &Compound{Buildings: []Building{{No: "12", Floors: 14, Units: 1, DoorsPerFloor: 4, MoreRooms: []string{"1500", "G01"}}, {No: "2", Floors: 6, Units: 1, DoorsPerFloor: 2}},
		Form: AddressForm{Prefixes: []string{"紫龙路500号"}}}
	for text, want := range map[string]string{"紫龙路500号12号楼1500室": "12/1-1500", "12-G01 小周": "12/1-G01", "12号楼g01室": "12/1-G01"} {
		if got := c.Read(text); got.Door == nil || got.Door.String() != want {
			t.Errorf("%q: %+v, want %s", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for line := range strings.Lines(forms) {
		f.Add(line)
	}
	for line := range strings.Lines(doubts) {
		f.Add(line)
	}
	var readers []*Reader
	for _, c := range moreCompounds() {
		readers = append(readers, c.Reader(""), c.Reader(c.Buildings[len(c.Buildings)/2].No))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range readers {
			got := r.Read(text)
			if text[got.Start:got.End] != got.Text {
				t.Fatalf("%q: %+v", text, got)
			}
			if (got.Door == nil) == (got.Doubt == Certain) || got.Door != nil && !r.compound.Has(*got.Door) {
				t.Fatalf("%q: %+v", text, got)
			}
			for _, d := range got.Candidates {
				if !r.compound.Has(d) {
					t.Fatalf("%q: no door %v", text, d)
				}
			}
		}
	})
}
