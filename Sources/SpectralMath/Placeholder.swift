// SpectralMath
