// Package fulfillment takes closed orders to the doors.
//
// Documents: Market (one matching run), BulkDelivery (what one supplier brings to
// one gate), Run (one courier's trip). A market freezes what it read, keeps the
// plan, and carries it out step by step; a crash at any point resumes or
// releases. It refuses counts above what was sent, a second hand-over of the same
// parcel, and runs that are not the courier's.
package fulfillment
