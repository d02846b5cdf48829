# Completion of dxtop-sim for fish, made by `dxtop-sim --print-completion fish`.

complete -c dxtop-sim -f
complete -c dxtop-sim -l port -x -d 'listen there; 0, unless given: any free port'
complete -c dxtop-sim -l seed -x -d 'another company'
complete -c dxtop-sim -l clock -x -d 'let its clock begin at T and run N times as fast'
complete -c dxtop-sim -l now -x -d 'let its clock stand at T'
complete -c dxtop-sim -l public-url -x -d 'in the URLs that it hands out (https://sim.example)'
complete -c dxtop-sim -l repos -x -d 'repositories of the company (50)'
complete -c dxtop-sim -l history -x -d 'how long it has had its CI systems (30d)'
complete -c dxtop-sim -l ahead -x -d 'its offices'\'' clock is so far ahead of UTC (0s): more is done by day'
complete -c dxtop-sim -l rate-limit -x -d 'requests an hour that GitHub allows (5000); 0: no limits'
complete -c dxtop-sim -l auth -d 'want a bearer token, which is made and printed'
complete -c dxtop-sim -l token -x -d 'want this bearer token'
complete -c dxtop-sim -l fault -x -a 'latency status limit limit-date secondary truncate drip reset rst html hibernate type hang bad-json bad-utf8 hostile big redirect' -d 'let answers go wrong, as below; can be given several times'
complete -c dxtop-sim -l until-stdin -d 'end when standard input closes'
complete -c dxtop-sim -l print-completion -x -a 'bash zsh fish' -d 'print the completion of bash, zsh or fish'
complete -c dxtop-sim -l help -s h -d 'print this'
complete -c dxtop-sim -l version -s V -d 'print the version'
