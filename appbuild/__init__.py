"""Building the application: what `build_app.spec` puts in, leaves out and replaces, its licences, its packages."""
