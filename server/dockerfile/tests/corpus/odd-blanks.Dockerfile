FROM	debian:12
	RUN	echo  a	
  # indented comment
RUNpip  install x
 
CMD	[ "a",	"b" ]	
