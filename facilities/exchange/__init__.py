"""Import and export of rows as spreadsheets, in the admin.

A file is read into cells of text (`tables`), and a resource of django-import-export makes rows of a
model of them and back (`resources`, `places`). A preview does everything in a transaction and takes
it back, so that the models and the database have been asked; a confirmed import does it for good,
all or nothing.

Nothing is kept between the two: the preview's own page carries the file, signed (`packing`). The
package's stores would leave it behind, in a folder for temporary files, among the uploads, or in a
cache of one process; what is about patients must not lie there for whoever never confirms.
"""
