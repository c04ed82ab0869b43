import { mount } from 'svelte'
// One table of tokens for the app and for the pages the gateway makes.
import '../../gateway/pages/tokens.css'
import './page.css'
import App from './App.svelte'
import { ready } from './i18n/language.svelte'
import { keepOffline } from './offline/offline'
import { begin } from './router/routes'
import { useFonts } from './shell/fonts'
import { applyTheme } from './shell/theme.svelte'

begin(location.pathname)
useFonts()
applyTheme()
keepOffline()
const target = document.getElementById('app')
void ready().then(() => target && mount(App, { target }))
