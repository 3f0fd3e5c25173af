/* SPDX-License-Identifier: MIT
 *
 * RFC 9474, appendix A.1, RSABSSA-SHA384-PSS-Randomized, as in the Go module
 * github.com/cloudflare/circl v1.6.1, blindsign/blindrsa/testdata/test_vectors_rfc9474.json. Its
 * key has 4,096 bits: the same source, compiled for that size. */
#define BLIND_RSA_BITS 4096
#include "../../src/blind_rsa.c" /* NOLINT(bugprone-suspicious-include) */

#include "blind_rsa_kit.h"

static const char vector_p[] =
    "e1f4d7a34802e27c7392a3cea32a262a34dc3691bd87f3f310dc75673488930559c120fd0410194fb8a0da55"
    "bd0b81227e843fdca6692ae80e5a5d414116d4803fca7d8c30eaaae57e44a1816ebb5c5b0606c536246c7f11"
    "985d731684150b63c9a3ad9e41b04c0b5b27cb188a692c84696b742a80d3cd00ab891f2457443dadfeba6d6d"
    "af108602be26d7071803c67105a5426838e6889d77e8474b29244cefaf418e381b312048b457d73419213063"
    "c60ee7b0d81820165864fef93523c9635c22210956e53a8d96322493ffc58d845368e2416e078e5bcb5d2fd6"
    "8ae6acfa54f9627c42e84a9d3f2774017e32ebca06308a12ecc290c7cd1156dcccfb2311";
static const char vector_q[] =
    "c601a9caea66dc3835827b539db9df6f6f5ae77244692780cd334a006ab353c806426b60718c05245650821d"
    "39445d3ab591ed10a7339f15d83fe13f6a3dfb20b9452c6a9b42eaa62a68c970df3cadb2139f804ad8223d56"
    "108dfde30ba7d367e9b0a7a80c4fdba2fd9dde6661fc73fc2947569d2029f2870fc02d8325acf28c9afa19ec"
    "f962daa7916e21afad09eb62fe9f1cf91b77dc879b7974b490d3ebd2e95426057f35d0a3c9f45f79ac727ab8"
    "1a519a8b9285932d9b2e5ccd347e59f3f32ad9ca359115e7da008ab7406707bd0e8e185a5ed8758b5ba266e8"
    "828f8d863ae133846304a2936ad7bc7c9803879d2fc4a28e69291d73dbd799f8bc238385";
static const char vector_n[] =
    "aec4d69addc70b990ea66a5e70603b6fee27aafebd08f2d94cbe1250c556e047a928d635c3f45ee9b66d1bc6"
    "28a03bac9b7c3f416fe20dabea8f3d7b4bbf7f963be335d2328d67e6c13ee4a8f955e05a3283720d3e1f139c"
    "38e43e0338ad058a9495c53377fc35be64d208f89b4aa721bf7f7d3fef837be2a80e0f8adf0bcd1eec5bb040"
    "443a2b2792fdca522a7472aed74f31a1ebe1eebc1f408660a0543dfe2a850f106a617ec6685573702eaaa21a"
    "5640a5dcaf9b74e397fa3af18a2f1b7c03ba91a6336158de420d63188ee143866ee415735d155b7c2d854d79"
    "5b7bc236cffd71542df34234221a0413e142d8c61355cc44d45bda94204974557ac2704cd8b593f035a5724b"
    "1adf442e78c542cd4414fce6f1298182fb6d8e53cef1adfd2e90e1e4deec52999bdc6c29144e8d52a125232c"
    "8c6d75c706ea3cc06841c7bda33568c63a6c03817f722b50fcf898237d788a4400869e44d90a3020923dc646"
    "388abcc914315215fcd1bae11b1c751fd52443aac8f601087d8d42737c18a3fa11ecd4131ecae017ae0a14ac"
    "fc4ef85b83c19fed33cfd1cd629da2c4c09e222b398e18d822f77bb378dea3cb360b605e5aa58b20edc29d00"
    "0a66bd177c682a17e7eb12a63ef7c2e4183e0d898f3d6bf567ba8ae84f84f1d23bf8b8e261c3729e2fa6d07b"
    "832e07cddd1d14f55325c6f924267957121902dc19b3b32948bdead5";
static const char vector_msg_prefix[] =
    "8417e699b219d583fb6216ae0c53ca0e9723442d02f1d1a34295527e7d929e8b";
static const char vector_msg[] =
    "8f3dc6fb8c4a02f4d6352edf0907822c1210a9b32f9bdda4c45a698c80023aa6b59f8cfec5fdbb36331372eb"
    "efedae7d";
static const char vector_salt[] =
    "051722b35f458781397c3a671a7d3bd3096503940e4c4f1aaa269d60300ce449555cd7340100df9d46944c53"
    "56825abf";
static const char vector_inv[] =
    "80682c48982407b489d53d1261b19ec8627d02b8cda5336750b8cee332ae260de57b02d72609c1e0e9f28e20"
    "40fc65b6f02d56dbd6aa9af8fde656f70495dfb723ba01173d4707a12fddac628ca29f3e32340bd8f7ddb557"
    "cf819f6b01e445ad96f874ba235584ee71f6581f62d4f43bf03f910f6510deb85e8ef06c7f09d9794a008be7"
    "ff2529f0ebb69decef646387dc767b74939265fec0223aa6d84d2a8a1cc912d5ca25b4e144ab8f6ba054b549"
    "10176d5737a2cff011da431bd5f2a0d2d66b9e70b39f4b050e45c0d9c16f02deda9ddf2d00f3e4b01037d702"
    "9cd49c2d46a8e1fc2c0c17520af1f4b5e25ba396afc4cd60c494a4c426448b35b49635b337cfb08e7c22a39b"
    "256dd032c00adddafb51a627f99a0e1704170ac1f1912e49d9db10ec04c19c58f420212973e0cb329524223a"
    "6aa56c7937c5dffdb5d966b6cd4cbc26f3201dd25c80960a1a111b32947bb78973d269fac7f5186530930ed1"
    "9f68507540eed9e1bab8b00f00d8ca09b3f099aae46180e04e3584bd7ca054df18a1504b89d1d1675d0966c4"
    "ae1407be325cdf623cf13ff13e4a28b594d59e3eadbadf6136eee7a59d6a444c9eb4e2198e8a974f27a39eb6"
    "3af2c9af3870488b8adaad444674f512133ad80b9220e09158521614f1faadfe8505ef57b7df6813048603f0"
    "dd04f4280177a11380fbfc861dbcbd7418d62155248dad5fdec0991f";
static const char vector_blinded_msg[] =
    "aa3ee045138d874669685ffaef962c7694a9450aa9b4fd6465db9b3b75a522bb921c4c0fdcdfae9667593255"
    "099cff51f5d3fd65e8ffb9d3b3036252a6b51b6edfb3f40382b2bbf34c0055e4cbcc422850e586d84f190cd4"
    "49af11dc65545f5fe26fd89796eb87da4bda0c545f397cddfeeb56f06e28135ec74fd477949e7677f6f36cfa"
    "e8fd5c1c5898b03b9c244cf6d1a4fb7ad1cb43aff5e80cb462fac541e72f67f0a50f1843d1759edfaae92d1a"
    "916d3f0efaf4d650db416c3bf8abdb5414a78cebc97de676723cb119e77aea489f2bbf530c440ebc5a75dccd"
    "3ebf5a412a5f346badd61bee588e5917bdcce9dc33c882e39826951b0b8276c6203971947072b726e9358160"
    "56ff5cb11a71ca2946478584126bb877acdf87255f26e6cca4e0878801307485d3b7bb89b289551a8b65a7a6"
    "b93db010423d1406e149c87731910306e5e410b41d4da3234624e74f92845183e323cf7eb244f212a695f885"
    "6c675fbc3a021ce649e22c6f0d053a9d238841cf3afdc2739f99672a419ae13c17f1f8a3bc302ec2e7b98e8c"
    "353898b7150ad8877ec841ea6e4b288064c254fefd0d049c3ad196bf7ffa535e74585d0120ce728036ed5009"
    "42fbd5e6332c298f1ffebe9ff60c1e117b274cf0cb9d70c36ee4891528996ec1ed0b178e9f3c0c0e6120885f"
    "39e8ccaadbb20f3196378c07b1ff22d10049d3039a7a92fe7efdd95d";
static const char vector_blind_sig[] =
    "3f4a79eacd4445fca628a310d41e12fcd813c4d43aa4ef2b81226953248d6d00adfee6b79cb88bfa1f992703"
    "69fd063c023e5ed546719b0b2d143dd1bca46b0e0e615fe5c63d95c5a6b873b8b50bc52487354e69c3dfbf41"
    "6e7aca18d5842c89b676efdd38087008fa5a810161fcdec26f20ccf2f1e6ab0f9d2bb93e051cb9e86a9b28c5"
    "bb62fd5f5391379f887c0f706a08bcc3b9e7506aaf02485d688198f5e22eefdf837b2dd919320b17482c5cc5"
    "4271b4ccb41d267629b3f844fd63750b01f5276c79e33718bb561a152acb2eb36d8be75bce05c9d1b94eb609"
    "106f38226fb2e0f5cd5c5c39c59dda166862de498b8d92f6bcb41af433d65a2ac23da87f39764cb64e79e74a"
    "8f4ce4dd567480d967cefac46b6e9c06434c3715635834357edd2ce6f105eea854ac126ccfa3de2aac560756"
    "5a4e5efaac5eed491c335f6fc97e6eb7e9cea3e12de38dfb315220c0a3f84536abb2fdd722813e083feda010"
    "391ac3d8fd1cd9212b5d94e634e69ebcc800c4d5c4c1091c64afc37acf563c7fc0a6e4c082bc55544f50a797"
    "1f3fb97d5853d72c3af34ffd5ce123998be5360d1059820c66a81e1ee6d9c1803b5b62af6bc877526df255b6"
    "d1d835d8c840bebbcd6cc0ee910f17da37caf8488afbc08397a1941fcc79e76a5888a95b3d5405e13f737bea"
    "5c78d716a48eb9dc0aec8de39c4b45c6914ad4a8185969f70b1adf46";
static const char vector_sig[] =
    "191e941c57510e22d29afad257de5ca436d2316221fe870c7cb75205a6c071c2735aed0bc24c37f3d5bd960a"
    "b97a829a508f966bbaed7a82645e65eadaf24ab5e6d9421392c5b15b7f9b640d34fec512846a3100b80f75ef"
    "51064602118c1a77d28d938f6efc22041d60159a518d3de7c4d840c9c68109672d743d299d8d2577ef60c19a"
    "b463c716b3fa75fa56f5735349d414a44df12bf0dd44aa3e10822a651ed4cb0eb6f47c9bd0ef14a034a7ac24"
    "51e30434d513eb22e68b7587a8de9b4e63a059d05c8b22c7c51e2cfee2d8bef511412e93c859a13726d87c57"
    "d1bc4c2e68ab121562f839c3a3d233e87ed63c69b7e57525367753fbebcc2a9805a2802659f5888b2c69115b"
    "f865559f10d906c09d048a0d71bfee4b33857393ec2b69e451433496d02c9a7910abb954317720bbde9e6910"
    "8eafc3e90bad3d5ca4066d7b1e49013fa04e948104a1dd82b12509ecb146e948c54bd8bfb5e6d18127cd1f7a"
    "93c3cf9f2d869d5a78878c03fe808a0d799e910be6f26d18db61c485b303631d3568368fc41986d08a95ea6a"
    "c0592240c19d7b22416b9c82ae6241e211dd5610d0baaa9823158f9c32b66318f5529491b7eeadcaa71898a6"
    "3bac9d95f4aa548d5e97568d744fc429104e32edd9c87519892a198a30d333d427739ffb9607b092e910ae37"
    "771abf2adb9f63bc058bf58062ad456cb934679795bbdfcdfad5e0f2";

static size_t unhex(const char *hex, uint8_t *ret)
{
    assert_true(crypto_unhex(hex, ret, strlen(hex) / 2));
    return strlen(hex) / 2;
}

static void test_vector(void **state)
{
    (void)state;
    uint8_t public[BLIND_RSA_PUBLIC_BYTES], secret[BLIND_RSA_SECRET_BYTES], prepared[128];
    uint8_t salt[BLIND_RSA_SALT_BYTES], wanted[BLIND_RSA_BYTES], made[BLIND_RSA_BYTES];
    mpz_t inverse;
    memcpy(public, der_head, sizeof der_head);
    assert_int_equal(unhex(vector_n, public + sizeof der_head), BLIND_RSA_BYTES);
    memcpy(public + BLIND_RSA_PUBLIC_BYTES - sizeof der_tail, der_tail, sizeof der_tail);
    assert_int_equal(unhex(vector_p, secret) + unhex(vector_q, secret + PRIME_BYTES),
                     sizeof secret);
    size_t size = unhex(vector_msg_prefix, prepared);
    size += unhex(vector_msg, prepared + size);
    assert_int_equal(unhex(vector_salt, salt), sizeof salt);
    assert_int_equal(mpz_init_set_str(inverse, vector_inv, 16), 0);

    kit_blind_with(public, (struct bytes){prepared, size}, (struct bytes){salt, sizeof salt},
                   inverse, made);
    unhex(vector_blinded_msg, wanted);
    assert_memory_equal(made, wanted, sizeof wanted);

    assert_true(blind_rsa_sign(secret, public, wanted, made));
    unhex(vector_blind_sig, wanted);
    assert_memory_equal(made, wanted, sizeof wanted);

    kit_finalize(public, inverse, wanted, made);
    unhex(vector_sig, wanted);
    assert_memory_equal(made, wanted, sizeof wanted);

    struct bytes signature = {made, sizeof made};
    assert_true(blind_rsa_verify(public, (struct bytes){prepared, size}, signature));
    assert_false(blind_rsa_verify(public, (struct bytes){prepared, size - 1}, signature));
    mpz_clear(inverse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vector)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
