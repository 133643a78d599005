"""The shapes of providers' keys. One row adds one; the detector, its rules and its tests read this table."""

from __future__ import annotations

from typing import NamedTuple


class Provider(NamedTuple):
    """A kind of key."""

    slug: str
    """The rule is ``secret.SLUG``."""
    en: str
    zh: str
    patterns: tuple[str, ...]
    """In the syntax of ``guard.grammar``; the match is the secret."""
    check: str = "random"
    """``crc62``, ``macaroon``, ``random`` (varied, no placeholder) or ``any`` (only no placeholder)."""
    confidence: float = 0.95


_W = "[A-Za-z0-9]"
_U = "[A-Za-z0-9_-]"

PROVIDERS = (
    Provider("openai-key", "OpenAI API key", "OpenAI API 密钥", (
        rf"\bsk-(?:proj|svcacct|admin|service|None)-{_U}{{20,200}}", rf"\bsk-{_W}{{20}}T3BlbkFJ{_W}{{20}}")),
    Provider("anthropic-key", "Anthropic API key", "Anthropic API 密钥", (rf"\bsk-ant-(?:api|admin|sid|oat|ort)[0-9]{{2}}-{_U}{{32,130}}",)),
    Provider("openrouter-key", "OpenRouter API key", "OpenRouter API 密钥", (r"\bsk-or-v1-[0-9a-f]{64}\b",)),
    Provider("llm-key", "API key of a model service (DeepSeek, DashScope, Moonshot …)", "模型服务 API 密钥（深度求索、通义千问、Kimi 等）", (
        rf"\bsk-(?:[0-9a-f]{{32}}|{_W}{{48,64}})\b",), confidence=0.9),
    Provider("huggingface-token", "Hugging Face token", "Hugging Face 令牌", (r"\b(?:hf_|api_org_)[A-Za-z]{34}\b",)),
    Provider("groq-key", "Groq API key", "Groq API 密钥", (rf"\bgsk_{_W}{{52}}\b",)),
    Provider("xai-key", "xAI API key", "xAI API 密钥", (rf"\bxai-{_W}{{80}}\b",)),
    Provider("perplexity-key", "Perplexity API key", "Perplexity API 密钥", (rf"\bpplx-{_W}{{48,56}}\b",)),
    Provider("replicate-token", "Replicate token", "Replicate 令牌", (rf"\br8_{_W}{{37}}\b",)),
    Provider("nvidia-key", "NVIDIA API key", "英伟达 API 密钥", (rf"\bnvapi-{_U}{{60,70}}",)),
    Provider("langsmith-key", "LangSmith API key", "LangSmith API 密钥", (r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b",)),
    Provider("pinecone-key", "Pinecone API key", "Pinecone API 密钥", (r"\bpcsk_[A-Za-z0-9_]{50,80}",)),
    Provider("tavily-key", "Tavily API key", "Tavily API 密钥", (rf"\btvly-(?:dev-|prod-)?{_W}{{30,40}}",)),
    Provider("volcengine-key", "Volcengine access key", "火山引擎访问密钥", (rf"\bAKLT{_U}{{40,60}}",)),
    Provider("aliyun-key", "Alibaba Cloud access key id", "阿里云 AccessKey", (rf"\bLTAI[45]t{_W}{{18}}\b", rf"\bLTAI{_W}{{12}}\b"), confidence=0.9),
    Provider("tencent-key", "Tencent Cloud secret id", "腾讯云 SecretId", (rf"\bAKID{_W}{{32}}\b",)),
    Provider("baidu-key", "Baidu Cloud access key", "百度智能云访问密钥", (rf"\bALTAK(?:-{_W}{{21}}|{_W}{{21}})\b", rf"\bbce-v3/ALTAK-{_W}{{21}}/[0-9a-f]{{40}}")),
    Provider("dingtalk-webhook", "DingTalk robot webhook", "钉钉机器人 Webhook", (r"\boapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{64}\b",)),
    Provider("feishu-webhook", "Feishu bot webhook", "飞书机器人 Webhook", (r"\bopen\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[0-9a-f]{8}-[0-9a-f-]{27}\b",)),
    Provider("wecom-webhook", "WeCom robot webhook", "企业微信机器人 Webhook", (r"\bqyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9a-f]{8}-[0-9a-f-]{27}\b",)),
    Provider("aws-access-key", "AWS access key id", "AWS 访问密钥 ID", (r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",)),
    Provider("aws-secret-key", "AWS secret access key", "AWS 私有访问密钥", (
        r"[Aa][Ww][Ss]_?[Ss][Ee][Cc][Rr][Ee][Tt]_?(?:[Aa][Cc][Cc][Ee][Ss][Ss]_?)?[Kk][Ee][Yy][\"']?\s{0,3}[:=]\s{0,3}[\"']?[A-Za-z0-9/+]{40}\b",
        r"\bSecretAccessKey[\"']?\s{0,3}[:=]\s{0,3}[\"']?[A-Za-z0-9/+]{40}\b")),
    Provider("google-key", "Google API key", "Google API 密钥", (rf"\bAIza{_U}{{35}}",)),
    Provider("google-oauth", "Google OAuth secret or token", "Google OAuth 凭据", (rf"\bGOCSPX-{_U}{{28}}", rf"\bya29\.{_U}{{40,400}}", rf"\b1//0{_U}{{40,120}}")),
    Provider("gcp-service-account", "Google Cloud service account key", "谷歌云服务账号密钥", (r"\"private_key_id\"\s{0,3}:\s{0,3}\"[0-9a-f]{40}\"",)),
    Provider("azure-storage-key", "Azure storage account key", "Azure 存储账户密钥", (r"\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{43,86}={1,2}",)),
    Provider("azure-sas", "Azure shared access signature", "Azure 共享访问签名", (r"[?&]sig=[A-Za-z0-9%+/_-]{40,80}(?:%3[Dd]|=)?",), confidence=0.85),
    Provider("github-token", "GitHub token", "GitHub 令牌", (rf"\bgh[pousr]_{_W}{{36}}\b",), check="crc62", confidence=1.0),
    Provider("github-pat", "GitHub fine-grained token", "GitHub 细粒度令牌", (rf"\bgithub_pat_{_W}{{22}}_{_W}{{59}}\b",)),
    Provider("npm-token", "npm token", "npm 令牌", (rf"\bnpm_{_W}{{36}}\b",), check="crc62", confidence=1.0),
    Provider("pypi-token", "PyPI token", "PyPI 令牌", (rf"\bpypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw){_U}{{50,400}}",), check="macaroon", confidence=1.0),
    Provider("rubygems-key", "RubyGems API key", "RubyGems API 密钥", (r"\brubygems_[0-9a-f]{48}\b",)),
    Provider("crates-token", "crates.io token", "crates.io 令牌", (rf"\bcio{_W}{{32}}\b",)),
    Provider("nuget-key", "NuGet API key", "NuGet API 密钥", (r"\boy2[a-z0-9]{43}\b",)),
    Provider("docker-token", "Docker Hub token", "Docker Hub 令牌", (rf"\bdckr_(?:pat|oat)_{_U}{{27,40}}",)),
    Provider("gitlab-token", "GitLab token", "GitLab 令牌", (rf"\bgl(?:pat|dt|ptt|rt|cbt|ft|soat|agent|imt|oas)-{_U}{{20,64}}(?:\.[0-9a-z]{{2}}\.[0-9a-z]{{7,9}})?",)),
    Provider("gitee-token", "Gitee access token", "Gitee 私人令牌", (r"\bgitee\.com[^\s]{0,80}[?&]access_token=[0-9a-f]{32}\b",)),
    Provider("slack-token", "Slack token", "Slack 令牌", (rf"\bxox[baprse](?:\.xox[bp])?-[0-9A-Za-z]{{1,14}}-{_U}{{10,240}}", r"\bxapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{10,14}-[0-9a-f]{60,70}\b")),
    Provider("slack-webhook", "Slack webhook", "Slack Webhook", (rf"\bhooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{{8,14}}/[A-Z0-9]{{8,14}}/{_W}{{20,30}}\b",)),
    Provider("discord-webhook", "Discord webhook", "Discord Webhook", (rf"\bdiscord(?:app)?\.com/api/webhooks/[0-9]{{17,20}}/{_U}{{60,72}}",)),
    Provider("telegram-token", "Telegram bot token", "Telegram 机器人令牌", (rf"\b[0-9]{{8,10}}:AA{_U}{{33}}\b",)),
    Provider("stripe-key", "Stripe secret key", "Stripe 私钥", (rf"\b[sr]k_(?:live|prod)_{_W}{{24,110}}\b", rf"\bwhsec_{_W}{{32}}\b")),
    Provider("stripe-test-key", "Stripe test key", "Stripe 测试密钥", (rf"\b[sr]k_test_{_W}{{24,110}}\b",), confidence=0.6),
    Provider("twilio-key", "Twilio API key", "Twilio API 密钥", (r"\bSK[0-9a-f]{32}\b",), confidence=0.85),
    Provider("sendgrid-key", "SendGrid API key", "SendGrid API 密钥", (rf"\bSG\.{_U}{{22}}\.{_U}{{43}}\b",)),
    Provider("mailgun-key", "Mailgun API key", "Mailgun API 密钥", (r"\bkey-[0-9a-f]{32}\b",), confidence=0.85),
    Provider("shopify-token", "Shopify token", "Shopify 令牌", (r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",)),
    Provider("square-token", "Square token", "Square 令牌", (rf"\b(?:sq0csp-{_U}{{43}}|sq0atp-{_U}{{22}}|EAAAE{_U}{{59}})",)),
    Provider("digitalocean-token", "DigitalOcean token", "DigitalOcean 令牌", (r"\bdo[opr]_v1_[0-9a-f]{64}\b",)),
    Provider("databricks-token", "Databricks token", "Databricks 令牌", (r"\bdapi[0-9a-f]{32}(?:-[0-9])?\b",)),
    Provider("atlassian-token", "Atlassian API token", "Atlassian API 令牌", (r"\bAT(?:ATT3|BB|CTT3)[A-Za-z0-9_-]{24,240}(?:=[0-9A-F]{8})?",)),
    Provider("grafana-token", "Grafana token", "Grafana 令牌", (rf"\bglsa_{_W}{{32}}_[0-9a-f]{{8}}\b", r"\bglc_eyJ[A-Za-z0-9+/]{40,240}={0,2}")),
    Provider("vault-token", "HashiCorp Vault token", "HashiCorp Vault 令牌", (rf"\bhv[sbr]\.{_U}{{24,200}}",)),
    Provider("pulumi-token", "Pulumi token", "Pulumi 令牌", (r"\bpul-[0-9a-f]{40}\b",)),
    Provider("doppler-token", "Doppler token", "Doppler 令牌", (rf"\bdp\.(?:pt|st|ct|sa|scim|audit)\.{_U}{{40,60}}",)),
    Provider("postman-key", "Postman API key", "Postman API 密钥", (r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b",)),
    Provider("newrelic-key", "New Relic key", "New Relic 密钥", (r"\bNRAK-[A-Z0-9]{27}\b",)),
    Provider("sentry-token", "Sentry token", "Sentry 令牌", (r"\bsntry[su]_[A-Za-z0-9+/=_-]{60,240}",)),
    Provider("linear-key", "Linear API key", "Linear API 密钥", (rf"\blin_(?:api|oauth)_{_W}{{40,64}}\b",)),
    Provider("notion-token", "Notion token", "Notion 令牌", (rf"\bntn_{_W}{{43,50}}\b",)),
    Provider("figma-token", "Figma token", "Figma 令牌", (rf"\bfig[dour]_{_U}{{36,50}}",)),
    Provider("airtable-token", "Airtable token", "Airtable 令牌", (rf"\bpat{_W}{{14}}\.[0-9a-f]{{64}}\b",)),
    Provider("supabase-key", "Supabase key", "Supabase 密钥", (r"\bsbp_[0-9a-f]{40}\b", rf"\bsb_secret_{_U}{{24,40}}")),
    Provider("heroku-key", "Heroku API key", "Heroku API 密钥", (rf"\bHRKU-AA{_U}{{58}}",)),
    Provider("cloudflare-key", "Cloudflare origin CA key", "Cloudflare 源站 CA 密钥", (r"\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b",)),
    Provider("age-key", "age secret key", "age 私钥", (r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b",), confidence=1.0),
    Provider("tailscale-key", "Tailscale key", "Tailscale 密钥", (rf"\btskey-(?:auth|api|client|scim|webhook)-{_W}{{8,20}}-{_W}{{24,40}}\b",)),
    Provider("facebook-token", "Meta access token", "Meta 访问令牌", (rf"\bEAA[A-Z]{_W}{{90,300}}\b",), confidence=0.85),
)  # fmt: skip
