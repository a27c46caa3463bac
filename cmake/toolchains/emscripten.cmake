# WebAssembly by Debian's emscripten, run by node, which lets it read the machine's files.
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
add_compile_options(-fexceptions)
# Otherwise printf() has a double's digits for a long double.
add_link_options(-sPRINTF_LONG_DOUBLE=1)
add_link_options(-fexceptions -sNODERAWFS=1 -sSINGLE_FILE=1 -sALLOW_MEMORY_GROWTH=1 -sEXIT_RUNTIME=1)
