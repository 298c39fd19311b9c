// Command reference prints the reference of the package in Markdown, from the comments
// of the sources in the present folder.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const introduction = "# Reference for Go\n\n" +
	"Written by `bindings/go/reference` from the comments of the sources; do not edit.\n" +
	"[GUIDE.md](GUIDE.md) shows how the parts go together.\n"

func main() {
	log.SetFlags(0)
	log.SetPrefix("reference: ")
	r, err := read()
	if err != nil {
		log.Fatal(err)
	}
	r.print()
	os.Stdout.Write(bytes.ReplaceAll(r.text.Bytes(), []byte("\n\n\n"), []byte("\n\n")))
}

// A reference is the page as far as it is written.
type reference struct {
	fileSet *token.FileSet
	pkg     *doc.Package
	parser  *comment.Parser
	since   map[string]string // the Go that a file needs
	text    bytes.Buffer
}

// read parses the sources, also those that the present Go leaves out.
func read() (*reference, error) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		return nil, err
	}
	r := &reference{fileSet: token.NewFileSet(), since: map[string]string{}}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(r.fileSet, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		r.since[name] = goOf(file)
		files = append(files, file)
	}
	r.pkg, err = doc.NewFromFiles(r.fileSet, files, "asyncresult")
	if err != nil {
		return nil, err
	}
	r.parser = r.pkg.Parser()
	return r, nil
}

// goOf is the release of Go that the build constraint of a file asks for.
func goOf(file *ast.File) string {
	const constraint = "//go:build go"
	for _, group := range file.Comments {
		for _, line := range group.List {
			if line.Pos() < file.Package && strings.HasPrefix(line.Text, constraint) {
				return strings.TrimPrefix(line.Text, constraint)
			}
		}
	}
	return ""
}

func (r *reference) print() {
	functions, types := r.functions(), r.pkg.Types
	r.text.WriteString(introduction + "\n- [Overview](#overview)\n")
	r.index("func", len(functions), func(i int) string { return functions[i].Name })
	r.index("type", len(types), func(i int) string { return types[i].Name })
	r.text.WriteString("- [Values](#constants-and-variables)\n")

	r.heading(2, "Overview")
	r.comment(r.pkg.Doc, 3)
	r.heading(2, "Functions")
	for _, f := range functions {
		r.entry("func "+f.Name, f.Decl, f.Doc)
	}
	r.heading(2, "Types")
	for _, t := range types {
		r.printType(t)
	}
	r.heading(2, "Constants and variables")
	r.values(r.pkg.Consts)
	r.values(r.pkg.Vars)
}

// printType prints a type with its methods and, if it is one of options, the options.
func (r *reference) printType(t *doc.Type) {
	r.entry("type "+t.Name, t.Decl, t.Doc)
	r.values(t.Consts)
	r.values(t.Vars)
	if isOption(t) {
		for _, f := range t.Funcs {
			r.entry("func "+f.Name, f.Decl, f.Doc)
		}
	}
	for _, m := range t.Methods {
		r.entry(t.Name+"."+m.Name, m.Decl, m.Doc)
	}
}

func isOption(t *doc.Type) bool {
	return strings.HasSuffix(t.Name, "Option")
}

// functions are all functions but the options.
func (r *reference) functions() []*doc.Func {
	all := append([]*doc.Func{}, r.pkg.Funcs...)
	for _, t := range r.pkg.Types {
		if !isOption(t) {
			all = append(all, t.Funcs...)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// index writes a line of links to the entries of one kind.
func (r *reference) index(kind string, count int, name func(int) string) {
	links := make([]string, count)
	for i := range links {
		links[i] = fmt.Sprintf("[%s](#%s)", name(i), anchor(kind+" "+name(i)))
	}
	fmt.Fprintf(&r.text, "- %s: %s\n", kind, strings.Join(links, ", "))
}

// anchor is what a heading is called in a link.
func anchor(heading string) string {
	return strings.NewReplacer(".", "", " ", "-").Replace(strings.ToLower(heading))
}

func (r *reference) heading(level int, text string) {
	fmt.Fprintf(&r.text, "\n%s %s\n\n", strings.Repeat("#", level), text)
}

func (r *reference) values(values []*doc.Value) {
	for _, v := range values {
		r.declaration(v.Decl)
		r.comment(v.Doc, 4)
	}
}

func (r *reference) entry(name string, declaration ast.Decl, text string) {
	r.heading(3, name)
	r.declaration(declaration)
	if since := r.since[r.fileSet.Position(declaration.Pos()).Filename]; since != "" {
		fmt.Fprintf(&r.text, "From Go %s on. ", since)
	}
	r.comment(text, 4)
}

func (r *reference) declaration(declaration ast.Decl) {
	var code bytes.Buffer
	if f, ok := declaration.(*ast.FuncDecl); ok {
		f.Body = nil
	}
	if err := format.Node(&code, r.fileSet, declaration); err != nil {
		log.Fatal(err)
	}
	for _, line := range strings.Split(code.String(), "\n") {
		r.text.WriteString(strings.TrimRight("    "+line, " \t") + "\n")
	}
	r.text.WriteString("\n")
}

func (r *reference) comment(text string, level int) {
	printer := r.pkg.Printer()
	printer.HeadingLevel = level
	printer.HeadingID = func(*comment.Heading) string { return "" }
	r.text.Write(printer.Markdown(r.parser.Parse(text)))
	r.text.WriteString("\n")
}
