//go:build !race

package qr_test

const isRaced = false
