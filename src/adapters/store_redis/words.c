/* SPDX-License-Identifier: Apache-2.0
 *
 * words: what this store says of its own, in both languages, and what the system says of a connection that comes to
 * nothing. What else libraries and servers say stays as they say it.
 */
#include "answer.h"

static const struct {
    const char *en, *zh;
} words[] = {
    {"the server does not know the script yet", "服务器还不认识脚本"},
    {"the slot lives on another node of the Cluster", "这个槽在集群的另一个节点上"},
    {"the slot is being moved to another node of the Cluster", "这个槽正在迁往集群的另一个节点"},
    {"the Cluster does not serve this slot at present", "集群目前不提供这个槽"},
    {"the server is still reading its data", "服务器还在读取数据"},
    {"a script keeps the server busy", "服务器正忙于执行脚本"},
    {"the server is a replica, which only the master may write", "服务器是副本，只有主节点可以写入"},
    {"the server is a replica that has lost its master", "服务器是副本，而且失去了主节点"},
    {"the server is out of memory: raise maxmemory or free some", "服务器内存已满：请调大 maxmemory 或腾出内存"},
    {"the server cannot write to its disk and takes no writes until it can", "服务器不能写磁盘，恢复之前不接受写入"},
    {"the master has too few replicas in reach (min-replicas-to-write)",
     "主节点能连到的副本太少（min-replicas-to-write）"},
    {"the server has too many connections: raise maxclients", "服务器连接太多：请调大 maxclients"},
    {"the server asks for a password, and the address has none", "服务器要求密码，而地址里没有"},
    {"the server does not take this user and password", "服务器不接受这个用户和密码"},
    {"the server has no password, but the address has one", "服务器没有设密码，而地址里有"},
    {"the user lacks a right: it needs +@hash +@list +@scripting +@transaction +time +ping ~sz:*",
     "用户缺少权限：需要 +@hash +@list +@scripting +@transaction +time +ping ~sz:*"},
    {"a key of the state holds something else: the state is damaged", "状态的一个键里是别的东西：状态已损坏"},
    {"the server has no database of this number", "服务器没有这个编号的数据库"},
    {"the server refused a command", "服务器拒绝了一条命令"},
    {"the connection was lost", "连接断开了"},
    {"the server cannot be reached", "连不上服务器"},
    {"the server's certificate is not accepted", "服务器的证书不被接受"},
    {"the server sent what nobody asked for", "服务器发来了没有请求的内容"},
    {"no answer in time", "没有及时应答"},
    {"the server closed the connection", "服务器关闭了连接"},
    {"no memory for a connection", "没有内存可用于连接"},
    {"no Sentinel tells the master", "没有 Sentinel 说出主节点"},
    {"no node tells the Cluster's slots", "没有节点说出集群的槽"},
    {"it names no server", "它没有给出服务器"},
    {"it is no node of a Cluster", "它不是集群的节点"},
    {"no node has the slot", "没有节点拥有这个槽"},
    {"it watches no master of this name", "它不监视这个名字的主节点"},
    {"the server that Sentinel names is not the master (yet)", "Sentinel 给出的服务器（还）不是主节点"},
    {"there is no connection to Redis", "没有到 Redis 的连接"},
    {"this state was opened to be read only", "这份状态是只读打开的"},
    {"another worker has taken this state over", "另一个工作者接管了这份状态"},
    {"the server answered a commit oddly", "服务器对提交的应答很奇怪"},
    {"the server answered oddly", "服务器的应答很奇怪"},
    {"the state is damaged: a list is shorter than its header says", "状态已损坏：列表比头部记载的短"},
    {"there is no state yet", "还没有这份状态"},
    {"the state is damaged: its lists are not what its header says; restore it from a backup, or delete its keys "
     "(sz:{GROUP.PARTITION}:*) and begin with a new one",
     "状态已损坏：列表与头部不符；请从备份恢复，或删除它的键（sz:{组.分区}:*）后用新的状态开始"},
    {"the state belongs to another input or another number of partitions", "状态属于另一个输入，或者分区数不同"},
    {"the state was written by a newer version of sanzao: use that one, or begin with a new state",
     "状态由更新版本的 sanzao 写成：请使用那个版本，或者用新的状态开始"},
    {"the state was written under newer rules than these", "状态是在比现在更新的规则下写成的"},
    {"the state that was made is not there", "新建的状态不在了"},
    {"the state that stands belongs to something else", "现有的状态属于别的输入"},
    /* strerror(3) and gai_strerror(3) of glibc, hiredis */
    {"Connection refused", "连接被拒绝（那里没有服务器在监听，或被防火墙挡住）"},
    {"Connection timed out", "连接超时"},
    {"Connection reset by peer", "连接被对方断开"},
    {"Broken pipe", "连接已断开"},
    {"No route to host", "没有到这台主机的路由"},
    {"Network is unreachable", "网络不可达"},
    {"Host is down", "主机没有开机或不在网上"},
    {"Name or service not known", "没有这个主机名"},
    {"Temporary failure in name resolution", "暂时不能解析主机名"},
    {"No address associated with hostname", "这个主机名没有地址"},
    {"Server closed the connection", "服务器关闭了连接"},
};

sz_str sz_redis_zh(sz_str en) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(en, words[i].en)) return sz_str_of(words[i].zh);
    return en;
}
