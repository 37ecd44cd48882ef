// Package fulfillment takes closed orders to the doors.
//
// Documents: Market (one matching run), Part (what it holds of one gate),
// BulkDelivery (what one supplier brings to one gate), Run (one courier's trip),
// Shift (who helps at a gate, and how its newest plan stands), Learned (what hand-overs have shown of a compound). A market
// freezes what it read, keeps the plan, and carries it out step by step; a crash at
// any point resumes or releases. Which run carries a parcel is the delivery's word:
// runs are drafted, the deliveries told, and then offered; a stop leaves one run
// before it joins another. It refuses counts above what was sent, a second
// hand-over of the same parcel, and runs that are not the courier's.
package fulfillment
