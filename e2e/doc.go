// Package e2e runs the program itself, between namespaces of the real kernel,
// under unmodified tools: each must find what it finds behind any router. It has
// tests only. They need root and the tools, and say in one line what is missing.
//
// Tests that measure loss or move much data run alone and first; the others run
// side by side, in namespaces of unique names. ICMPROUTER_TEST_RACE=1 builds the
// program with the race detector.
package e2e
