package fulfillment

import (
	"testing"
	"time"

	"baimi/app/people"
)

// TestPhotosAreSentOneByOne: a list of many deliveries or runs has none, the store keeps them.
func TestPhotosAreSentOneByOne(t *testing.T) {
	coordinator := people.Actor{Account: "co", Grants: []people.Grant{{Role: people.Coordinator, Scope: "A001"}}}
	d := BulkDelivery{Compound: "A001", Supplier: "S1", Receipt: &GateReceipt{By: "co", Photo: "data:"}}
	r := Run{Compound: "A001", Stops: []Stop{{Handover: &Handover{ID: "h", Photo: "data:", Synced: dusk}}, {}}}
	delivery, run := d.View(coordinator), r.View(coordinator, dusk.Add(time.Minute))
	if delivery.Receipt.Photo == "" || run.Stops[0].Handover.Photo == "" {
		t.Fatal("by itself each shows its photos")
	}
	listed, ran := delivery.withoutPhoto(), run.withoutPhotos()
	if listed.Receipt.Photo != "" || listed.Receipt.By != "co" || ran.Stops[0].Handover.Photo != "" || ran.Stops[0].Handover.ID != "h" {
		t.Errorf("in a list: %+v, %+v", listed.Receipt, ran.Stops[0].Handover)
	}
	if d.Receipt.Photo == "" || r.Stops[0].Handover.Photo == "" {
		t.Error("what is kept has lost its photo")
	}
}

// TestASupplierReadsNoAccount: who counted is for the compound.
func TestASupplierReadsNoAccount(t *testing.T) {
	d := BulkDelivery{Compound: "A001", Supplier: "S1", Receipt: &GateReceipt{By: "co", Note: "wet"}, History: []Step{{Kind: "arrived", By: "co"}}}
	v := d.View(people.Actor{Account: "s", Grants: []people.Grant{{Role: people.Supplier, Scope: "S1"}}})
	if v.Receipt.By != "" || v.History[0].By != "" || v.Receipt.Note != "wet" || d.Receipt.By != "co" {
		t.Errorf("%+v %+v", v.Receipt, v.History)
	}
}
