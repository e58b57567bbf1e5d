/* SPDX-License-Identifier: Apache-2.0
 *
 * tls: hiredis checks a certificate's chain but not its name, so that the SSL object is made here: TLS 1.2 or newer, a
 * chain to the given (else the system's) authorities, and the name or address of the server in it.
 */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

/* The texts take the file, and why it is in English and in Chinese. */
static sz_status complain(sz_diags *d, const char *en, const char *zh, const char *file) {
    unsigned long e = ERR_peek_last_error();
    const char *why = e ? ERR_reason_error_string(e) : NULL;
    bool is_there = !*file || access(file, R_OK) == 0;
    int os = is_there ? 0 : errno;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_REDIS_TLS, (sz_span){0}, en, zh, file,
                              os    ? strerror(os)
                              : why ? why
                                    : "?",
                              os    ? sz_os_zh(os)
                              : why ? why
                                    : "?");
    if (os)
        sz_diag_hint(d, g,
                     "see to the path and who may read it; it is taken from the folder where the program was started",
                     "请检查路径和读取权限；路径从启动程序的文件夹算起");
    else sz_diag_hint(d, g, "it must be a file in PEM form", "要的是 PEM 格式的文件");
    ERR_clear_error();
    return SZ_USAGE;
}

sz_status sz_tls_init(redis_tls *t, const redis_address *a, sz_diags *d) {
    t->server_name = a->server_name;
    t->ctx = SSL_CTX_new(TLS_client_method());
    if (!t->ctx) return complain(d, "TLS cannot be used here%.0s: %s%.0s", "这里不能使用 TLS%.0s：%.0s%s", "");
    SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    if (a->ca_file && SSL_CTX_load_verify_locations(t->ctx, a->ca_file, NULL) != 1)
        return complain(d, "the file of authorities (ca) cannot be used: %s: %s%.0s",
                        "颁发机构文件（ca）不能使用：%s：%.0s%s", a->ca_file);
    if (!a->ca_file && SSL_CTX_set_default_verify_paths(t->ctx) != 1)
        return complain(d, "the system's authorities cannot be read%.0s: %s%.0s", "系统的颁发机构不能读取%.0s：%.0s%s",
                        "");
    if (a->cert_file && SSL_CTX_use_certificate_chain_file(t->ctx, a->cert_file) != 1)
        return complain(d, "the certificate (cert) cannot be used: %s: %s%.0s", "证书（cert）不能使用：%s：%.0s%s",
                        a->cert_file);
    if (a->key_file && (SSL_CTX_use_PrivateKey_file(t->ctx, a->key_file, SSL_FILETYPE_PEM) != 1 ||
                        SSL_CTX_check_private_key(t->ctx) != 1))
        return complain(d, "the key cannot be used with the certificate: %s: %s%.0s",
                        "私钥不能与证书一起使用：%s：%.0s%s", a->key_file);
    return SZ_OK;
}

void sz_tls_fini(redis_tls *t) {
    SSL_CTX_free(t->ctx);
    t->ctx = NULL;
}

bool sz_tls_why(const SSL *ssl, const char *other, char *text, size_t n) {
    long verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    unsigned long e = ERR_peek_last_error();
    const char *why = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
                      : e                  ? ERR_reason_error_string(e)
                                           : NULL;
    snprintf(text, n, "TLS: %s", why ? why : other && *other ? other : "the server closed the connection");
    ERR_clear_error();
    return verdict != X509_V_OK;
}

SSL *sz_tls_begin(const redis_tls *t, redisContext *c, const char *host, char *why, size_t n, bool *is_distrusted) {
    const char *name = t->server_name ? t->server_name : host;
    SSL *ssl = SSL_new(t->ctx);
    bool is_address = ssl && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    ERR_clear_error();
    bool is_fine = is_address || (ssl && SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1);
    if (is_fine && redisInitiateSSL(c, ssl) == REDIS_OK) return ssl;
    *is_distrusted = sz_tls_why(ssl, c->errstr, why,
                                n); /* a server that is near may have refused or shown its certificate already */
    SSL_free(ssl);                  /* hiredis takes it over only when it goes well */
    return NULL;
}
