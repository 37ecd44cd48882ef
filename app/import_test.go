package main

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// files is a small import that is right; tests break a copy of it.
func files() map[string]string {
	return map[string]string{
		"compounds.csv": "\ufeff小区,中文名,英文名,经度,纬度\nA001,一号,One,121.486181,31.270203\n",
		"buildings.csv": "compound,building,lon,lat,floors,units,doors_per_floor,lift\nA001,3,121.49,31.27,6,2,4,no\nA001,10,121.49,31.27,18,1,4,有\n",
		"products.csv":  "product,name_zh,name_en,unit,grams,millilitres,case_size,handling\negg-30,鸡蛋 30枚,\"Eggs, tray of 30\",tray,2000,9000,6,fragile\n",
		"suppliers.csv": "supplier,name_zh,name_en,lon,lat,radius_km,trip_cost,trip_grams,trip_millilitres\nS01,一号,One,121.4,31.2,40,18000,1500000,8000000\n",
		"lots.csv":      "supplier,product,available,case_size,min_per_drop,unit_price,tiers\nS01,egg-30,408,6,10,2960,1:2960;100:2810\n",
		"orders.csv":    "compound,building,unit,room,product,quantity,max_unit_price,priority\nA001,3,1,604,egg-30,2,3850,\nA001,10,1,1203,egg-30,1,3200,elderly\n",
	}
}

func bodies(files map[string]string) map[string][]byte {
	all := map[string][]byte{}
	for name, text := range files {
		all[name] = []byte(text)
	}
	return all
}

func TestABadRowIsNamed(t *testing.T) {
	for _, row := range []struct{ file, old, new, want string }{
		{"compounds.csv", "121.486181", "east", `compounds.csv: line 2: column lon: "east" is not a number of degrees up to 180`},
		{"compounds.csv", "小区", "地方", "compounds.csv: line 1: the column compound (小区) is missing"},
		{"buildings.csv", "A001,10", "A002,10", `buildings.csv: line 3: column compound: "A002" is not in compounds.csv`},
		{"buildings.csv", "A001,10", "A001,3", "buildings.csv: line 3: column building: 3 of A001 is listed twice"},
		{"buildings.csv", "有", "maybe", `column lift: "maybe" is neither yes nor no`},
		{"buildings.csv", "6,2,4,no", "6,2,4", "buildings.csv: line 2: wrong number of fields"},
		{"products.csv", "2000", "2kg", `products.csv: line 2: column grams: "2kg" is not a whole number`},
		{"products.csv", "fragile", "soft", "products.csv: line 2: column handling: fragile, chilled"},
		{"products.csv", "2000,9000,6", "2000,9000,6.0", `products.csv: line 2: column case_size: "6.0" is not a whole number`},
		{"buildings.csv", "18,1,4", "180,1,4", "buildings.csv: line 3: column floors: 180 is above 99"},
		{"buildings.csv", "compound,building", "compound,lift", "buildings.csv: line 1: the column building (楼栋) is missing"},
		{"lots.csv", "408,6", "4,6", "lots.csv: line 2: column case_size: at least 1"},
		{"lots.csv", "tiers\n", "tiers,tiers\n", "lots.csv: line 1: the column tiers (阶梯价) is there 2 times"},
		{"orders.csv", ",elderly\n", ",elderly,more\n", "orders.csv: line 3: wrong number of fields: 9, where the header has 8"},
		{"orders.csv", "A001,3,1,604", "A001,99,1,604", "orders.csv: line 2: column building: A001 has no building 99"},
		{"orders.csv", ",unit,", ",entry,", "orders.csv: line 1: the column unit (单元) is missing"},
		{"orders.csv", "1,604", "1,64", "has no door 3/1-64; is it 3/"},
		{"orders.csv", "1,604", ",604", "orders.csv: line 2: column room: A001 has no door 3/-604; is it 3/1-604, 3/2-604"},
		{"orders.csv", "elderly", "\x00", "orders.csv: is no text in UTF-8 or GB 18030"},
		{"suppliers.csv", "18000", "-1", "suppliers.csv: line 2: column trip_cost: -1 is below 0"},
		{"lots.csv", "100:2810", "100:x", `lots.csv: line 2: column tiers: "100:x" is not from:unit_price`},
		{"lots.csv", "1:2960;100", "100:2960;1", "lots.csv: line 2: column tiers:"},
		{"lots.csv", "S01,egg", "S09,egg", `lots.csv: line 2: column supplier: "S09" is not in suppliers.csv`},
		{"orders.csv", "1,604", "1,704", "orders.csv: line 2: column room: A001 has no door 3/1-704"},
		{"orders.csv", "egg-30,2", "egg-31,2", `orders.csv: line 2: column product: "egg-31" is not in products.csv`},
		{"orders.csv", "egg-30,2", "egg-30,0", "orders.csv: line 2: column quantity: 0 is below 1"},
		{"orders.csv", "elderly", "rich", `orders.csv: line 3: column priority: "rich" is not elderly, infant, illness or empty`},
		{"orders.csv", "10,1,1203", "3,1,604", "orders.csv: line 3: column product: egg-30 of A001/3/1-604 is listed twice"},
		{"orders.csv", "egg-30,2", `egg"30,2`, "orders.csv: line 2: "},
	} {
		t.Run(row.file+" "+row.new, func(t *testing.T) {
			all := files()
			all[row.file] = strings.Replace(all[row.file], row.old, row.new, 1)
			_, err := readCargo(bodies(all), (&clock{}).now())
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("%v, want %s", err, row.want)
			}
		})
	}
	all := files()
	delete(all, "lots.csv")
	dir := t.TempDir()
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := filesOf(dir); err == nil || !strings.Contains(err.Error(), "lots.csv: cannot be read: no such file") {
		t.Fatal(err)
	}
}

func TestAnImportMayListGates(t *testing.T) {
	all := files()
	all["gates.csv"] = "小区,门,中文名,英文名,经度,纬度\nA001,south,南门,South,121.486,31.270\nA001,north,北门,North,121.486,31.275\n"
	all["buildings.csv"] = strings.NewReplacer("lift\n", "lift,gate\n", "4,no\n", "4,no,north\n", "有\n", "有,\n").Replace(all["buildings.csv"])
	c, err := readCargo(bodies(all), (&clock{}).now())
	if err != nil {
		t.Fatal(err)
	}
	if a := c.compounds["A001"]; len(a.Gates) != 2 || a.GateOf("3") != "north" || a.GateOf("10") != "" {
		t.Errorf("%+v", a.Gates)
	}
	for old, want := range map[string]string{
		"4,no,north\n": `buildings.csv: A001: There is no gate "west".`,
		"A001,south":   `gates.csv: line 2: column compound: "west" is not in compounds.csv`,
	} {
		bad := files()
		for name := range all {
			bad[name] = strings.Replace(all[name], old, map[bool]string{true: "4,no,west\n", false: "west,south"}[name == "buildings.csv"], 1)
		}
		if _, err := readCargo(bodies(bad), (&clock{}).now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	c, err := readCargo(bodies(files()), w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	changed := files()
	changed["orders.csv"] += "A001,3,1,603,egg-30,1,3850,\n"
	other, err := readCargo(bodies(changed), w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.imports.Insert(ctx, Import{Doc: db.Doc{ID: c.digest}, Started: w.clock.now()}); err != nil {
		t.Fatal(err)
	}
	if err := w.community.AddCompounds(ctx, values(c.compounds)); err != nil {
		t.Fatal(err)
	}
	t.Run("half an import keeps the service from starting", func(t *testing.T) {
		if err := w.prepare(ctx); !fault.Is(err, "import_interrupted") {
			t.Fatal(err)
		}
		if err := w.importCargo(ctx, other, io.Discard); !fault.Is(err, "import_interrupted") {
			t.Fatal(err)
		}
	})
	t.Run("the same files finish it, once", func(t *testing.T) {
		if err := w.importCargo(ctx, c, io.Discard); err != nil {
			t.Fatal(err)
		}
		if err := w.prepare(ctx); err != nil {
			t.Fatal(err)
		}
		if err := w.importCargo(ctx, c, io.Discard); !fault.Is(err, "imported_before") {
			t.Fatal(err)
		}
	})
	t.Run("other files with a compound that is there are refused", func(t *testing.T) {
		if err := w.importCargo(ctx, other, io.Discard); !fault.Is(err, "already_there") {
			t.Fatal(err)
		}
	})
	g, err := w.orders.GroupBuys.Get(ctx, c.groupBuyID("A001/10"))
	if err != nil || len(g.Participants) != 1 || g.Participants[0].Priority != 2 || g.Participants[0].Lines[0].UnitCap != 3200 {
		t.Fatalf("%+v %v", g, err)
	}
	h, err := w.community.Household(ctx, "A001/10/1-1203")
	if err != nil || len(h.Needs) != 1 {
		t.Fatalf("%+v %v", h, err)
	}
}

func TestShanghaiIsImported(t *testing.T) {
	const shanghai = "../../shared/data/shanghai"
	if _, err := os.Stat(shanghai); err != nil {
		t.Skip("the real input is not beside this checkout (../shared/data/shanghai): skipped")
	}
	files, err := filesOf(shanghai)
	if err != nil {
		t.Fatal(err)
	}
	c, err := readCargo(files, (&clock{}).now())
	if err != nil {
		t.Fatal(err)
	}
	if s := c.summary(); s.Compounds != 124 || s.Buildings != 9214 || s.Suppliers != 60 || s.Lots != 60 || s.Lines != 8245 {
		t.Fatalf("%+v", s)
	}
}

func TestTablesComeInMoreThanOneForm(t *testing.T) {
	gbk := func(text string) string {
		out, err := simplifiedchinese.GBK.NewEncoder().String(strings.TrimPrefix(text, "\ufeff"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	change := func(file string, how func(string) string) map[string]string {
		all := files()
		all[file] = how(all[file])
		return all
	}
	put := func(old, new string) func(string) string {
		return func(text string) string {
			if !strings.Contains(text, old) {
				t.Fatalf("%q is not in %q", old, text)
			}
			return strings.Replace(text, old, new, 1)
		}
	}
	for name, all := range map[string]map[string]string{
		"as it is":         files(),
		"with CRLF":        change("orders.csv", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }),
		"in GBK":           change("compounds.csv", gbk),
		"parted by tabs":   change("orders.csv", func(s string) string { return strings.ReplaceAll(s, ",", "\t") }),
		"with blank lines": change("orders.csv", func(s string) string { return s + "\n,,,,,,,\n   \n" }),
		"with one more column": change("lots.csv", func(s string) string {
			return strings.NewReplacer("tiers\n", "tiers,note\n", "2810\n", "2810,new\n").Replace(s)
		}),
		"with columns at other places": change("compounds.csv", func(string) string {
			return "纬度,经度,英文名,小区,中文名\n31.270203,121.486181,One,A001,一号\n"
		}),
		"with tiers in full width":    change("lots.csv", put("1:2960;100:2810", "1：2960；100：2810；")),
		"with need in Chinese":        change("orders.csv", put("elderly", "老人")),
		"with the door in one column": change("orders.csv", put("3,1,604", "3,,1-604")),
		"with the words of a door":    change("orders.csv", put("3,1,604", "3号楼,1单元,604室")),
		"without the only unit":       change("orders.csv", put("10,1,1203", "10,,1203")),
		"with a column that no table knows": change("orders.csv", func(s string) string {
			lines := strings.Split(strings.TrimSpace(s), "\n")
			return lines[0] + ",remark\n" + lines[1] + ",a\n" + lines[2] + ",b\n"
		}),
		"with half kilometres": change("suppliers.csv", put(",40,", ",40.5,")),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := readCargo(bodies(all), (&clock{}).now())
			if err != nil {
				t.Fatal(err)
			}
			if s := c.summary(); s.Lines != 2 || s.Units != 3 || s.Households != 2 || c.compounds["A001"].NameZh != "一号" {
				t.Fatalf("%+v", s)
			}
			if c.households["A001/3/1-604"] == nil || len(c.households["A001/10/1-1203"].Needs) != 1 || len(c.lots["S01.egg-30"].Tiers) != 2 {
				t.Fatalf("%v %v", sortedKeys(c.households), c.lots["S01.egg-30"])
			}
		})
	}
}

func TestOperatorsImportFiles(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	operator := w.signIn("op@example.org", people.Grant{Role: people.Operator})
	upload := func(files map[string]string) reply {
		return operator.post("/imports", map[string]any{"files": bodies(files)})
	}
	all := files()
	places := map[string]string{"compounds.csv": all["compounds.csv"], "buildings.csv": all["buildings.csv"]}

	w.signIn("li@example.org").post("/imports", map[string]any{"files": bodies(all)}).refused(403, "role_needed")
	upload(nil).refused(422, "import_empty")
	upload(map[string]string{"rooms.csv": "a"}).refused(422, "import_unknown_file")
	wrong := upload(map[string]string{"buildings.csv": all["buildings.csv"]}).refused(422, "import_invalid")
	if !strings.Contains(string(wrong.raw), `{"path":"buildings.csv: line 2: column compound","message":"\"A001\" is not in compounds.csv"}`) {
		t.Fatalf("%s", wrong.raw)
	}
	if n := upload(places).want(200).number("summary.buildings"); n != 2 {
		t.Fatal(n)
	}
	upload(all).refused(409, "import_interrupted")
	w.stop()
	w.start() // the files are in the store: nobody has to bring them again
	if err := w.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.finishImports(ctx, w.clock.now()); err != nil {
		t.Fatal(err)
	}
	operator.get("/compounds/A001").want(200)
	list := operator.get("/imports").want(200)
	if !strings.Contains(string(list.raw), `"done":true,"stored":6`) || strings.Contains(string(list.raw), "files") {
		t.Fatalf("%s", list.raw)
	}
	if i, err := w.imports.Get(ctx, digestOf(bodies(places))); err != nil || i.Files != nil {
		t.Fatal(i, err)
	}
	upload(places).refused(409, "imported_before")
	upload(all).refused(409, "already_there")
}

// TestAddressesAreReadAsTheFilesSay has a compound of two lanes whose blocks go by names.
func TestAddressesAreReadAsTheFilesSay(t *testing.T) {
	all := files()
	all["compounds.csv"] = "小区,中文名,英文名,经度,纬度,货币,时区,地址前缀,弄的叫法,楼的叫法,不分单元\nA001,紫龙苑,,121.48,31.27,USD,America/New_York,紫龙路；828弄,弄,号,是\n"
	all["buildings.csv"] = "compound,building,lane,aliases,more_rooms,lon,lat,floors,units,doors_per_floor,lift\n" +
		"A001,3,828,梅苑;Plum Court,1500;G01,121.49,31.27,6,1,4,no\nA001,830-10,830,,,121.49,31.27,18,1,4,yes\n"
	all["orders.csv"] = "compound,building,unit,room,product,quantity,max_unit_price,priority\nA001,828-3,1,604,egg-30,2,3850,\nA001,830弄10号,,1203,egg-30,1,3200,\nA001,梅苑,,G01,egg-30,1,3850,\n"
	all["lots.csv"] = "supplier,product,available,case_size,min_per_drop,unit_price,tiers,时段,可送小区,最佳食用期限,冷藏,说明,currency\nS01,egg-30,408,6,10,2960,,上午；evening,A001,2022/4/20,是,红壳,USD\n"
	c, err := readCargo(bodies(all), (&clock{at: time.Date(2022, 4, 18, 2, 0, 0, 0, time.UTC)}).now())
	if err != nil {
		t.Fatal(err)
	}
	home, lot := c.compounds["A001"], c.lots["S01.egg-30"]
	if home.Currency != "USD" || home.Timezone != "America/New_York" || !home.Form.NeverUnits || len(home.Form.Prefixes) != 2 {
		t.Errorf("%+v", home)
	}
	for _, household := range []string{"A001/828-3/1-604", "A001/830-10/1-1203", "A001/828-3/1-G01"} {
		if c.households[household] == nil {
			t.Errorf("nobody is at %s: %v", household, sortedKeys(c.households))
		}
	}
	if !lot.Chilled || lot.Note != "红壳" || lot.Currency != "USD" || len(lot.Windows) != 2 || lot.Area[0] != "A001" || lot.BestBefore.Format(time.RFC3339) != "2022-04-20T16:00:00Z" {
		t.Errorf("%+v", lot)
	}
	for _, row := range []struct{ file, old, new, want string }{
		{"lots.csv", "2022/4/20", "soon", `lots.csv: line 2: column best_before: "soon" is no date such as 2022-04-20`},
		{"lots.csv", "2022/4/20", "2022-04-17", "lots.csv: line 2: column best_before: in the future"},
		{"lots.csv", "上午", "半夜", "lots.csv: line 2: column windows: am, pm or evening"},
		{"lots.csv", ",A001,", ",A009,", `lots.csv: line 2: column area: "A009" is not in compounds.csv`},
		{"lots.csv", "冷藏", "currency", "lots.csv: line 1: the column currency (货币) is there 2 times"},
		{"compounds.csv", "USD", "QQQ", "a currency as ISO 4217"},
		{"buildings.csv", "A001,830-10,830", "A001,3,828", "buildings.csv: line 3: column building: 828-3 of A001 is listed twice"},
	} {
		bad := maps.Clone(all)
		bad[row.file] = strings.Replace(bad[row.file], row.old, row.new, 1)
		if _, err := readCargo(bodies(bad), (&clock{at: time.Date(2022, 4, 18, 2, 0, 0, 0, time.UTC)}).now()); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %s", row.new, err, row.want)
		}
	}
}
