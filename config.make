# Read by nginx's configure: makes what is embedded anew when its sources change.

cat << END                                                    >> $NGX_MAKEFILE

$NGX_OBJS/sitepreserver/sp_functions.c:	$ngx_addon_dir/shared/embed.sh \\
		`echo $ngx_addon_dir/shared/sp_functions*.lua`
	sh $ngx_addon_dir/shared/embed.sh \\
		$ngx_addon_dir/shared/sp_functions.lua > \$@

$NGX_OBJS/sitepreserver/capture_js.c:	$ngx_addon_dir/ngx_module/embed.sh \\
		$ngx_addon_dir/ngx_module/capture.js
	sh $ngx_addon_dir/ngx_module/embed.sh \\
		$ngx_addon_dir/ngx_module/capture.js > \$@

END
