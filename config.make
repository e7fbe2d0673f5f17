# Read by nginx's configure: makes sp_functions.c anew when its sources change.

cat << END                                                    >> $NGX_MAKEFILE

$NGX_OBJS/sitepreserver/sp_functions.c:	$ngx_addon_dir/shared/embed.sh \\
		`echo $ngx_addon_dir/shared/sp_functions*.lua`
	sh $ngx_addon_dir/shared/embed.sh \\
		$ngx_addon_dir/shared/sp_functions.lua > \$@

END
