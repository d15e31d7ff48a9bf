// ReferenceSpectra
