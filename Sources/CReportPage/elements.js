"use strict";
// What a report does beyond being read: plots that zoom and tell their values, curves that can be hidden, tables that
// sort and copy. The page is complete without this script; nothing here loads anything.
//
// A plot is a <figure class="plot"> with the drawn <svg> and, as JSON, what it was drawn from (FigureData.swift). The
// script moves the elements of that drawing; it draws nothing of its own but marks, numbers and the cross-hair.
/** An HTML element with attributes and children (elements or texts). */
function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** An SVG element with attributes. */
function draw(tag, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
}

/** A button that does `action` when it is pressed. */
function button(label, action, attributes = {}) {
    const element = make("button", { type: "button", ...attributes }, label);
    element.addEventListener("click", action);
    return element;
}
