@_exported import BatchFitting
@_exported import Diffraction
@_exported import Photoemission
@_exported import ReferenceSpectra
@_exported import Reporting
@_exported import SpectralMath
@_exported import Spectra
@_exported import SpectrumFiles
