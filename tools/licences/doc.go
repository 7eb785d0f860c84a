// Command licences prints the licence of everything that we depend on and fails when one is not allowed.
//
//	go run ./tools/licences        prints a table; exit 1 on a licence that allowed.txt does not allow
//
// It looks at the Go packages that are linked into our binaries (linux/amd64 and linux/arm64), at those that only our
// tests and tools use, and at every npm package of the lock files. A Go package answers for each licence file between
// its own folder and the root of its module, so that code which was copied into a module under another licence counts;
// a package with C code also answers for the licence files below it. The texts are recognised by licensecheck, which
// pkg.go.dev uses; what it does not recognise is unknown, and unknown is not allowed.
//
// It is not legal advice, and it does not look at programs that we only run (compilers, linters).
//
// Start at main.go; the rule is in allowed.go, the list with the reasons in allowed.txt.
package main
